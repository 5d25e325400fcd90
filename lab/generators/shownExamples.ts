const SHOWN_EXAMPLE = /^(```\w+ (examples\/\S+)\n)[\s\S]*?^```$/gm;
/** The comment at the top of an example, which says what it is and names its page. */
const HEADER = /^([#;].*\n)+/;

/**
 * Returns a page with every fenced block that names an example, such as ```` ```yaml examples/pbx.yaml ````, filled with
 * that file.
 * @param exampleText returns the text of a file in docs/
 */
export function showExamples(page: string, exampleText: (path: string) => string): string {
    return page.replace(
        SHOWN_EXAMPLE,
        (_, opening: string, path: string) => `${opening}${exampleText(path).replace(HEADER, "")}\`\`\``,
    );
}
