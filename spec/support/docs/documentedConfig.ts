import { parse, stringify } from "yaml";
import type { Config } from "../../../lib/config/Config.generated.ts";
import { type ConfigFolder, MINIMAL_CONFIG } from "../configFile.ts";

/** PEM texts for the files that `sip.tls` names in a document. */
export interface DocumentedFiles {
    readonly certificate: string;
    readonly key: string;
    readonly ca: string;
}

/**
 * Loads a configuration from a document with the real loader: what it lacks to be complete is added, and every file that
 * it names is written first. Throws a `ConfigError` if the document shows a configuration that the bridge rejects.
 */
export function loadDocumented(text: string, folder: ConfigFolder, files: DocumentedFiles): Config {
    const shown = parse(text) as object;
    writeNamedFiles(shown, folder, files);
    return folder.loadText(stringify({ ...MINIMAL_CONFIG, media: { rtpengine: ["127.0.0.1:2223"] }, ...shown }));
}

/** Loads a complete configuration as it stands. */
export function loadExample(text: string, folder: ConfigFolder, files: DocumentedFiles): Config {
    writeNamedFiles(parse(text), folder, files);
    return folder.loadText(text);
}

function writeNamedFiles(value: unknown, folder: ConfigFolder, files: DocumentedFiles): void {
    if (typeof value !== "object" || value === null) return;
    for (const [key, entry] of Object.entries(value)) {
        if (typeof entry === "string") {
            const content = contentOf(key, files);
            if (content !== undefined && !entry.startsWith("/")) folder.write(entry, content);
        } else writeNamedFiles(entry, folder, files);
    }
}

/** The content for a key that names a file; undefined for every other key. */
function contentOf(key: string, { certificate, key: privateKey, ca }: DocumentedFiles): string | undefined {
    const contents: Readonly<Record<string, string>> = {
        file: "a secret\n",
        certificate,
        key: privateKey,
        authorities: ca,
        caCertificates: ca,
        hosts: HOSTS,
        hostsFile: HOSTS,
    };
    return contents[key];
}

const HOSTS = "192.0.2.10 pbx.example\n";
