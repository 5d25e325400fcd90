import { readFileSync } from "node:fs";

/** Nothing is loaded from elsewhere, and nothing can be embedded. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy":
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
};

let html: string | undefined;

/** The read-only page. It asks for the token and keeps it in the tab. */
export function pageHtml(): string {
    html ??= readFileSync(new URL("../../../assets/admin.html", import.meta.url), "utf8");
    return html;
}
