import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Config } from "../../lib/config/Config.generated.ts";
import { ConfigError } from "../../lib/config/ConfigError.ts";
import { loadConfig } from "../../lib/config/loadConfig.ts";

/** The least a configuration must say. */
export const MINIMAL_CONFIG = {
    homeserver: { url: "http://127.0.0.1:8008", domain: "matrix.example" },
    media: "none",
};

/** A folder of its own for a spec's configuration and the files it names. Remove it when done. */
export class ConfigFolder {
    readonly path = mkdtempSync(join(tmpdir(), "config-spec-"));

    write(name: string, text: string | Buffer): string {
        const path = join(this.path, name);
        writeFileSync(path, text);
        return path;
    }

    load(config: object): Config {
        return this.loadText(stringify(config));
    }

    loadText(text: string): Config {
        return loadConfig(this.write("config.yaml", text));
    }

    remove(): void {
        rmSync(this.path, { recursive: true });
    }
}

/** As `faultsOf`, without the file and the line. */
export function faultTextsOf(act: () => unknown): readonly string[] {
    return faultsOf(act).map((fault) => fault.replace(/ \(config\.yaml(?: line [0-9]+)?\)$/, ""));
}

/** The faults that something throws as a `ConfigError`; none if it does not throw. */
export function faultsOf(act: () => unknown): readonly string[] {
    try {
        act();
    } catch (error) {
        if (error instanceof ConfigError) return error.faults;
        throw error;
    }
    return [];
}
