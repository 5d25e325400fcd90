import { basename, dirname, resolve } from "node:path";
import type { Config } from "./Config.generated.ts";
import { ConfigError } from "./ConfigError.ts";
import { checkMeaning, type ShapedConfig } from "./checkMeaning.ts";
import { checkShape } from "./checkShape.ts";
import { readYamlFile } from "./yamlFile.ts";

/**
 * Reads the configuration once, at start-up: complete with defaults, parsed and frozen. Throws a `ConfigError` that
 * names every fault, each as `sip.unknownPeers: must be one of drop, reject (config.yaml line 7)`.
 */
export function loadConfig(path: string): Config {
    const file = readYamlFile(path, "copy config.sample.yaml to it, or name another file with -c");
    const written = withoutEmptyKeys(file.value);
    if (typeof written !== "object" || written === null || Array.isArray(written)) {
        throw new ConfigError([`${noSection(written)} (${basename(path)})`]);
    }
    const shapeFaults = checkShape(written, {
        folder: dirname(resolve(path)),
        isWritten: (key) => file.has(key),
    });
    const { config, faults } = checkMeaning(
        written as ShapedConfig,
        shapeFaults.map((fault) => fault.path),
    );
    const found = [...shapeFaults, ...faults].map(({ path: key, text }) => ({ text, ...file.placeOf(key) }));
    const all = [...file.faults, ...found].toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
    if (all.length > 0) throw new ConfigError(all.map((fault) => `${fault.text} (${fault.place})`));
    return deepFreeze(config);
}

function noSection(written: unknown): string {
    if (written === null || written === undefined) return "the file is empty; copy config.sample.yaml to it";
    if (Array.isArray(written)) return "the file is a list; begin it with a key, such as homeserver:";
    return "the file has no keys; write a colon and a space after each key, such as homeserver:";
}

/** `sip:` with all of its keys commented out is null in YAML, and meant as absent. */
function withoutEmptyKeys(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(withoutEmptyKeys);
    if (typeof value !== "object" || value === null) return value;
    const filled = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
    return Object.fromEntries(filled.map(([key, entry]) => [key, withoutEmptyKeys(entry)]));
}

function deepFreeze<Value>(value: Value): Value {
    if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
        Object.freeze(value);
        Object.values(value).forEach(deepFreeze);
    }
    return value;
}
