import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigFolder } from "../../support/configFile.ts";
import { type DocumentedFiles, loadDocumented, loadExample } from "../../support/docs/documentedConfig.ts";
import { documentationPages, fencesOf, filesUnder, projectRoot } from "../../support/docs/markdown.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";

let folder: ConfigFolder;
let files: DocumentedFiles;
beforeAll(() => {
    folder = new ConfigFolder();
    const { ca, bridge } = makeCertificates({ bridge: "DNS:bridge.example" });
    files = { ...bridge, ca };
});
afterAll(() => folder.remove());

describe("a file in docs/examples", () => {
    const examples = filesUnder("docs/examples");

    it.each(examples.filter((path) => path.endsWith(".yaml")))("%s loads as it stands", (path) => {
        const text = readFileSync(join(projectRoot, path), "utf8");

        expect(() => loadExample(text, folder, files)).not.toThrow();
    });

    it.each(examples)("%s names the page that explains it, and the page shows it", (path) => {
        const named = /^[#;] Page: (\S+)$/m.exec(readFileSync(join(projectRoot, path), "utf8"))?.[1];
        const page = documentationPages().find((each) => each.path === named);
        const shown = page === undefined ? [] : fencesOf(page).map(({ note }) => note);

        expect(shown).toContain(path.replace("docs/", ""));
    });
});

describe("a YAML block in a document", () => {
    const blocks = documentationPages().flatMap((page) =>
        fencesOf(page)
            .filter(({ language, note }) => language === "yaml" && note === "")
            .map(({ text }, index) => ({ place: `${page.path}, block ${index + 1}`, text })),
    );

    it.each(blocks)("in $place loads, once it is completed", ({ text }) => {
        expect(() => loadDocumented(text, folder, files)).not.toThrow();
    });
});
