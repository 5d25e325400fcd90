import { afterAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { loadConfig } from "../../../lib/config/loadConfig.ts";
import { ConfigFolder, faultsOf, MINIMAL_CONFIG } from "../../support/configFile.ts";

const folder = new ConfigFolder();
afterAll(() => folder.remove());

const INDENT = "indent the keys of one section with the same number of spaces";
const QUOTES = 'put the value in quotes, such as "@alice:matrix.example"';

it.each<[what: string, text: string, faults: readonly string[]]>([
    [
        "a value and a section",
        "a:\n  url: x\n   domain: y\n",
        [`url: has a value, and the next line is indented below it; ${INDENT} (line 2)`],
    ],
    [
        "less indentation",
        "a:\n  url: x\n domain: y\n",
        [`domain: is not indented like the keys of its section; ${INDENT} (line 3)`],
    ],
    ["two lists", "- name: x\n - y\n", [`is not indented like the keys of its section; ${INDENT} (line 2)`]],
    [
        "a key of a list entry",
        "- name: x\n  a: y\n b: z\n",
        [`b: is not indented like the rest of its list entry; ${INDENT} (line 3)`],
    ],
    [
        "tabs",
        "a:\n\tb: c\n\td: e\n",
        ["b: is indented with a tab; use spaces (line 2)", "d: is indented with a tab; use spaces (line 3)"],
    ],
    [
        "another kind of space",
        "a:\n\u00a0b: c\n",
        ["is indented with a character that only looks like a space; use spaces (line 2)"],
    ],
    [
        "a user without quotes",
        "a: { b: @alice:matrix.example }\n",
        [`b: has a value that begins with a special character; ${QUOTES} (line 1)`],
    ],
    [
        "a star without quotes",
        "a: [ *21# ]\n",
        ["*21# is a reference in YAML; put it in single quotes, such as '\\*21#' (line 1)"],
    ],
    [
        "a star key in double quotes",
        'a: "\\*21"\n',
        ["a: has a backslash in double quotes; use single quotes, such as '\\*21' (line 1)"],
    ],
    ["two colons", "a: b: c\n", [`a: has a second colon; ${QUOTES} (line 1)`]],
    [
        "no colon",
        "a:\n  url x\n  b: c\n",
        ["must be key: value; write a colon and a space after the key (url x) (line 2)"],
    ],
    [
        "an open bracket",
        "a: [ 1, 2\nb: c\n",
        ["b: comes before the end of a list or section in brackets; add the missing ] (line 2)"],
    ],
    ["an open quote", 'a: "b\nc: d\n', ["a: has a quote that is not closed; add the second quote (line 1)"]],
    [
        "a merge conflict",
        "<<<<<<< HEAD\na: b\n",
        [
            "is a conflict of a version control system; keep one side, and remove the lines with <<<, === and >>> (line 1)",
        ],
    ],
    ["two documents", "media: none\n---\nmedia: none\n", ["must be one document; remove the line --- (line 2)"]],
    [
        "a tag",
        "a: { b: !env PASSWORD }\n",
        ["b: begins with !env, which has no meaning here; put a value that begins with ! in quotes (line 1)"],
    ],
    [
        "the syntax of TOML",
        '[a]\nurl = "x"\n',
        ['must be key: value; write a colon and a space after the key (url = "x") (line 2)'],
    ],
    [
        "no space after a dash",
        "a:\n  -name: x\n   address: y\n",
        ["-name: begins with a dash; write a space after the dash of a list entry (line 2)"],
    ],
    ["a section within itself", "sip: &s\n  tls: *s\n", ["*s must not stand within &s (line 2)"]],
])("a file with wrong syntax is rejected with the key, the reason and the line: %s", (_, text, faults) => {
    expect(faultsOf(() => folder.loadText(text))).toEqual(
        faults.map((fault) => fault.replace(/\(line (\d+)\)$/, "(config.yaml line $1)")),
    );
});

it.each<[what: string, text: string, fault: string]>([
    ["nothing", "", "the file is empty; copy config.sample.yaml to it (config.yaml)"],
    ["comments only", "# homeserver:\n", "the file is empty; copy config.sample.yaml to it (config.yaml)"],
    ["a list", "- a\n", "the file is a list; begin it with a key, such as homeserver: (config.yaml)"],
    [
        "equals signs",
        "url = x\n",
        "the file has no keys; write a colon and a space after each key, such as homeserver: (config.yaml)",
    ],
    ["sections that multiply", multiplying(6), "repeats its parts by aliases (*name) too often (config.yaml)"],
])("a file is rejected that contains %s", (_, text, fault) => {
    expect(faultsOf(() => folder.loadText(text))).toEqual([fault]);
});

it("says that keys and values are not checked in a file with wrong syntax", () => {
    const path = folder.write("config.yaml", "a: [\n");
    const note = "Keys and values are checked after these errors are corrected. Then run the command again.";
    expect(() => loadConfig(path)).toThrow(expect.objectContaining({ note }));
});

it("merges a section that is referred to by <<", () => {
    const text = `${stringify(MINIMAL_CONFIG)}trunks:\n  - &a { name: a, address: a.example, media: webrtc }\n  - { <<: *a, name: b }\n`;
    expect(folder.loadText(text).trunks.map(({ name, media }) => [name, media])).toEqual([
        ["a", "webrtc"],
        ["b", "webrtc"],
    ]);
});

it("a key twice is rejected together with all other errors", () => {
    const faults = faultsOf(() => folder.loadText("media: none\nmedia: none\nprot: 1\n"));
    expect(faults).toEqual([
        "homeserver: is missing (config.yaml)",
        "media: is in its section twice; remove one of them (config.yaml line 2)",
        expect.stringMatching(/^prot: is not a known key;/),
    ]);
});

it.each(["\ufeff", ""])("a file from Windows is accepted (byte order mark %j)", (mark) => {
    const text = `${mark}${stringify(MINIMAL_CONFIG)}`.replaceAll("\n", "\r\n");
    expect(folder.loadText(text).homeserver.domain).toBe("matrix.example");
});

it.each<[what: string, act: () => string, why: string]>([
    [
        "another encoding",
        () => folder.write("latin1.yaml", Buffer.from("a: B\xfcro\n", "latin1")),
        "is not UTF-8 text; save it in this encoding",
    ],
    ["a directory", () => folder.path, "is a directory; name the file in it"],
])("says why a file cannot be read: %s", (_, pathOf, why) => {
    const path = pathOf();
    expect(faultsOf(() => loadConfig(path))).toEqual([`${path} ${why}`]);
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
