import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../labFolder.ts";
import { stageProgram, writeBelow } from "./stageFiles.ts";

const NAME = "matrix-appservice-sip";
const SOURCES = join(projectRoot, "packaging", "debian");
const OUTPUT = join(projectRoot, "build");

/**
 * Builds the Debian package for this machine's architecture and returns its path. Needs dpkg-deb, and node_modules as
 * package-lock.json has them; no network.
 * @param version as in the package's name, such as `0.1.0`
 */
export function buildDebianPackage(version: string): string {
    const architecture = run("dpkg", ["--print-architecture"]).trim();
    const stage = join(OUTPUT, "stage");
    rmSync(stage, { recursive: true, force: true });
    stageProgram(join(stage, "usr", "lib", NAME));
    stageSystemFiles(stage);
    stageControlFiles(stage, { version, architecture });
    run("chmod", ["-R", "go-w", stage]);
    const file = join(OUTPUT, `${NAME}_${version}_${architecture}.deb`);
    // zstd: a quarter of the time that xz takes. dpkg of Debian 12 and later reads both.
    run("dpkg-deb", ["--root-owner-group", "-Zzstd", "--build", stage, file]);
    rmSync(stage, { recursive: true });
    return file;
}

function stageSystemFiles(stage: string): void {
    const copy = (source: string, target: string, mode: number): void =>
        writeBelow(stage, target, readFileSync(join(projectRoot, source), "utf8"), mode);
    copy(`packaging/debian/${NAME}`, `usr/bin/${NAME}`, 0o755);
    for (const unit of [`${NAME}.service`, `${NAME}-server.service`]) {
        copy(`packaging/debian/${unit}`, `usr/lib/systemd/system/${unit}`, 0o644);
    }
    copy("packaging/debian/sip-server.env", `etc/${NAME}/sip-server.env`, 0o640);
    const doc = `usr/share/doc/${NAME}`;
    for (const name of ["README.md", "CHANGELOG.md"]) copy(name, `${doc}/${name}`, 0o644);
    copy("packaging/debian/copyright", `${doc}/copyright`, 0o644);
    cpSync(join(projectRoot, "docs"), join(stage, doc, "docs"), { recursive: true });
}

function stageControlFiles(
    stage: string,
    { version, architecture }: { readonly version: string; readonly architecture: string },
): void {
    const kib = run("du", ["--summarize", "--apparent-size", "--block-size=1K", stage]).split("\t")[0] ?? "";
    const control = readFileSync(join(SOURCES, "control"), "utf8")
        .replace("@VERSION@", version)
        .replace("@ARCHITECTURE@", architecture)
        .replace("@INSTALLED_KIB@", kib);
    mkdirSync(join(stage, "DEBIAN"));
    writeBelow(stage, "DEBIAN/control", control, 0o644);
    cpSync(join(SOURCES, "conffiles"), join(stage, "DEBIAN", "conffiles"));
    for (const script of ["postinst", "prerm", "postrm"]) {
        cpSync(join(SOURCES, script), join(stage, "DEBIAN", script));
        chmodSync(join(stage, "DEBIAN", script), 0o755);
    }
}

/** Runs a program and returns its output. Throws if it fails. */
function run(program: string, args: readonly string[]): string {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
