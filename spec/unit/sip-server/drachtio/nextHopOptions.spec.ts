import { expect, it } from "vitest";
import { takeNextHopOptions } from "../../../../lib/sip-server/drachtio/nextHopOptions.ts";

it.each([
    ["sip:192.0.2.1", { nextHop: "sip:192.0.2.1" }],
    ["sip:192.0.2.1;answer-within=4000", { nextHop: "sip:192.0.2.1", responseTimeoutMs: 4_000 }],
    [
        "sip:a@[::1]:5061;answer-within=1;transport=tcp",
        { nextHop: "sip:a@[::1]:5061;transport=tcp", responseTimeoutMs: 1 },
    ],
    ["sip:b.example;Answer-Within=500?x=y", { nextHop: "sip:b.example?x=y", responseTimeoutMs: 500 }],
    ["sip:b.example;answer-within=0", { nextHop: "sip:b.example" }],
    ["sip:b.example;answer-within=soon", { nextHop: "sip:b.example;answer-within=soon" }],
    ["sip:b.example;answer-within=123456", { nextHop: "sip:b.example;answer-within=123456" }],
    ["sip:b.example;transport=ws;ws-path=/ws", { nextHop: "sip:b.example;transport=ws", webSocketPath: "/ws" }],
    ["sip:b;ws-path=/a/b?x=y", { nextHop: "sip:b?x=y", webSocketPath: "/a/b" }],
    ["sip:b;ws-path=ws", { nextHop: "sip:b;ws-path=ws" }],
])("%s is understood", (nextHop, bound) => {
    expect(takeNextHopOptions(nextHop)).toEqual(bound);
});
