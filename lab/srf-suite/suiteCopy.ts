import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labFolder, projectRoot } from "../labFolder.ts";

/** A correction of one file of the suite: what the machine without containers, or its SIPp, cannot take as it is. */
interface Correction {
    readonly file: string;
    readonly from: RegExp;
    readonly to: string;
}

/** The suite's container network becomes a piece of the loopback network, which every address of reaches us. */
export const suiteNetwork = { containers: "172.29.", loopback: "127.29." } as const;

const corrections: readonly Correction[] = [
    ...["uac.js", "scripts/refer-b2b.js", "scenarios/uas-302.xml"].map((file) => ({
        file,
        from: /172\.29\./g,
        to: suiteNetwork.loopback,
    })),
    // SIPp 3.6 does not read a bare `<` inside of an attribute.
    ...["uas-reinvite", "uas-reinvite-with-auth", "uas-update-with-sdp"].map((name) => ({
        file: `scenarios/${name}.xml`,
        from: /regexp="<sip:\(\.\*\)>"/g,
        to: 'regexp="sip:([^;]*[0-9])"',
    })),
];

interface Manifest {
    readonly version: string;
    readonly main: string;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
}

/**
 * drachtio-srf as installed, its tests included, in a directory of the lab where its test tools are installed and the
 * corrections made. Created once per version; later calls return immediately. The package itself stays untouched.
 * @throws Error if npm cannot install the tools.
 */
export function suiteCopy(): string {
    const original = join(projectRoot, "node_modules", "drachtio-srf");
    const manifest = JSON.parse(readFileSync(join(original, "package.json"), "utf8")) as Manifest;
    const copy = join(labFolder, `srf-suite-${manifest.version}`);
    if (existsSync(copy)) return copy;
    const unfinished = `${copy}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    cpSync(original, unfinished, { recursive: true });
    // Of its tools only these two run the tests.
    const { tape = "*", config = "*" } = manifest.devDependencies;
    const tools = {
        name: "srf-suite",
        private: true,
        main: manifest.main,
        dependencies: { ...manifest.dependencies, tape, config },
    };
    writeFileSync(join(unfinished, "package.json"), JSON.stringify(tools));
    const npm = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"], {
        cwd: unfinished,
        stdio: ["ignore", "inherit", "inherit"],
    });
    if (npm.status !== 0) throw new Error("npm could not install the tools of drachtio-srf's suite");
    for (const { file, from, to } of corrections) correct(join(unfinished, "test", file), from, to);
    renameSync(unfinished, copy);
    return copy;
}

function correct(path: string, from: RegExp, to: string): void {
    const text = readFileSync(path, "utf8");
    const corrected = text.replace(from, to);
    if (corrected === text) throw new Error(`nothing to correct in ${path}: is this another version of the suite?`);
    writeFileSync(path, corrected);
}
