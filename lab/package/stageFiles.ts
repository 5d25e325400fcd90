import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execFileSync } from "node:child_process";
import { projectRoot } from "../labFolder.ts";

interface LockedPackage {
    readonly version?: string;
    readonly dev?: boolean;
    readonly devOptional?: boolean;
}

const MODULES = "node_modules/";

/**
 * Writes everything that the bridge needs to run into a folder: its compiled sources, its dependencies as
 * package-lock.json has them, and the Node of this project.
 */
export function stageProgram(folder: string): void {
    mkdirSync(folder, { recursive: true });
    compile(join(folder, "dist"));
    for (const name of ["package.json", "LICENSE", ...shippedFiles()]) {
        cpSync(join(projectRoot, name), join(folder, name), { recursive: true });
    }
    for (const path of productionPackages()) copyPackage(path, folder);
    mkdirSync(join(folder, "bin"));
    cpSync(join(projectRoot, MODULES, "node", "bin", "node"), join(folder, "bin", "node"));
}

/** The files and folders next to the compiled sources that npm's package has as well. */
export function shippedFiles(): readonly string[] {
    const manifest = readFileSync(join(projectRoot, "package.json"), "utf8");
    return (JSON.parse(manifest) as { readonly files: readonly string[] }).files.filter((name) => name !== "dist");
}

function compile(outDir: string): void {
    const tsc = join(projectRoot, MODULES, ".bin", "tsc");
    const options = ["--declaration", "false", "--sourceMap", "false"];
    execFileSync(tsc, ["--project", join(projectRoot, "tsconfig.build.json"), "--outDir", outDir, ...options], {
        stdio: ["ignore", "inherit", "inherit"],
    });
}

/** Paths of the packages that are no development dependencies, outer ones first. Optional ones for other systems are absent. */
function productionPackages(): readonly string[] {
    const lock = JSON.parse(readFileSync(join(projectRoot, "package-lock.json"), "utf8")) as {
        readonly packages: Readonly<Record<string, LockedPackage>>;
    };
    const wanted = Object.entries(lock.packages)
        .filter(([path, { dev, devOptional }]) => path.startsWith(MODULES) && dev !== true && devOptional !== true)
        .filter(([path]) => existsSync(join(projectRoot, path)));
    for (const [path, { version }] of wanted) {
        const installed = installedVersion(path);
        if (version !== undefined && version !== installed)
            throw new Error(`${path} has version ${installed}, package-lock.json ${version}: run npm ci`);
    }
    return wanted.map(([path]) => path);
}

function installedVersion(path: string): string {
    const manifest = readFileSync(join(projectRoot, path, "package.json"), "utf8");
    return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** Copies one package without the packages within it, which package-lock.json lists by themselves. */
function copyPackage(path: string, folder: string): void {
    const source = realpathSync(join(projectRoot, path));
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(source, join(folder, path), {
        recursive: true,
        filter: (each) => !each.slice(source.length).includes(`/${MODULES.slice(0, -1)}`),
    });
}

/** Writes a text below a folder, with the directories that lead there. */
export function writeBelow(folder: string, path: string, text: string, mode: number): void {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode });
}
