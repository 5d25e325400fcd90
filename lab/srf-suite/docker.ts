// Stands in for `docker` while drachtio-srf's suite runs: all the suite ever says is
//     docker run ... [--name NAME] -v DIR:/tmp/scenarios drachtio/sipp sipp -sf /tmp/scenarios/FILE ... [drachtio-sut]
// which becomes a SIPp on this machine.
import { spawn } from "node:child_process";
import { lateCallee } from "./SuiteTestbed.ts";
import { suiteNetwork } from "./suiteCopy.ts";

const command = process.argv.slice(2);
const scenarios = command[command.indexOf("-v") + 1]?.split(":")[0] ?? "";
const args = command
    .slice(command.indexOf("sipp") + 1)
    .map((arg) => arg.replace("/tmp/scenarios", scenarios))
    .map((arg) => (arg === "drachtio-sut" ? `${suiteNetwork.loopback}0.10:5060` : arg));
const own = command.includes("--name")
    ? ["-i", lateCallee.address, "-p", "5060"]
    : ["-i", `${suiteNetwork.loopback}0.1`];

spawn("sipp", [...own, "-bind_local", ...args], { stdio: "inherit" }).on("exit", (code) => {
    process.exitCode = code ?? 1;
});
