import { afterAll, expect, it } from "vitest";
import { loadConfig } from "../../../lib/config/loadConfig.ts";
import { ConfigFolder, faultsOf } from "../../support/configFile.ts";

const folder = new ConfigFolder();
afterAll(() => folder.remove());

it.each([
    ["broken YAML", "homeserver: [\nmedia: none\n", /config\.yaml line \d+\)$/],
    [
        "a key twice",
        "media: none\nmedia: none\n",
        /^media: is in its section twice; remove one of them \(config\.yaml line 2\)$/,
    ],
    ["two documents", "media: none\n---\nmedia: none\n", /^must be one document; .* \(config\.yaml line 2\)$/],
    ["a section within itself", "sip: &s\n  tls: *s\n", /^\*s must not stand within &s \(config\.yaml line 2\)$/],
    ["sections that multiply", multiplying(6), /^repeats its parts by aliases \(\*name\) too often \(config\.yaml\)$/],
    ["an empty file", "", /^must be a section of keys/],
    ["a list", "- a\n", /^must be a section of keys/],
])("a file is rejected with %s", (_, text, fault) => {
    expect(faultsOf(() => folder.loadText(text))[0]).toMatch(fault);
});

it("names the sample to copy if there is no configuration file", () => {
    expect(faultsOf(() => loadConfig("/nowhere/config.yaml"))).toEqual([
        "/nowhere/config.yaml does not exist; copy config.sample.yaml to it, or name another file with -c",
    ]);
});

/** A list of nine lists of nine lists ..., written in a few lines. */
function multiplying(depth: number): string {
    const lines = Array.from({ length: depth }, (_, level) => {
        const entry = level === 0 ? "x" : `*a${level - 1}`;
        return `a${level}: &a${level} [${Array.from({ length: 9 }, () => entry).join(", ")}]`;
    });
    return `${lines.join("\n")}\n`;
}
