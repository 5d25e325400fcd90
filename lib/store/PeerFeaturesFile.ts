import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Log } from "../ports/Log.ts";
import { MESSAGE_FEATURES, type MessageFeature, type PeerFeatures } from "../ports/PeerFeatures.ts";
import { makePrivateFolder } from "./makePrivateFolder.ts";

const schema = z.record(z.string(), z.partialRecord(z.enum(MESSAGE_FEATURES), z.enum(["used", "rejected"])));
type Seen = z.infer<typeof schema>;

/** Peers, trunks and accounts are configured: there are not many. */
const MAX_PEERS = 10_000;
const FILENAME = "message-features.json";

/** What peers have shown that they understand, in a small file that is replaced at each change. Changes are rare. */
export class PeerFeaturesFile implements PeerFeatures {
    readonly #folder: string;
    readonly #log: Log;
    readonly #seen: Seen;

    private constructor(folder: string, seen: Seen, log: Log) {
        this.#folder = folder;
        this.#seen = seen;
        this.#log = log;
    }

    /** Opens the file in `folder`. A missing or unreadable one is as good as an empty one: peers show their features again. */
    static open(folder: string, log: Log): PeerFeaturesFile {
        return new PeerFeaturesFile(folder, readPeerFeatures(folder), log);
    }

    has(peer: string, feature: MessageFeature): boolean {
        return this.#seen[peer]?.[feature] === "used";
    }

    note(peer: string, feature: MessageFeature, seen: "used" | "rejected"): void {
        const known = this.#seen[peer];
        if (known?.[feature] === seen) return;
        if (known === undefined && Object.keys(this.#seen).length >= MAX_PEERS) return;
        this.#seen[peer] = { ...known, [feature]: seen };
        try {
            makePrivateFolder(this.#folder);
            const draft = join(this.#folder, `${FILENAME}.new`);
            writeFileSync(draft, JSON.stringify(this.#seen), { mode: 0o600 });
            renameSync(draft, join(this.#folder, FILENAME));
        } catch (error) {
            this.#log.warn("features of peers not written", { error });
        }
    }
}

/** The file's contents by `peerKey`; empty if it is not there. Used by `check-config` too. */
export function readPeerFeatures(folder: string): Seen {
    try {
        return schema.parse(JSON.parse(readFileSync(join(folder, FILENAME), "utf8")));
    } catch {
        return {};
    }
}
