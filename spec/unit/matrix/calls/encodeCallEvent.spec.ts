import { describe, expect, it } from "vitest";
import type { Sdp } from "../../../../lib/call/vocabulary.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import {
    encodeAnswer,
    encodeHangup,
    encodeInvite,
    encodeNegotiation,
    encodeRefusal,
    encodeSelectAnswer,
    UnfitDescription,
} from "../../../../lib/matrix/calls/encodeCallEvent.ts";
import { browserDescription } from "../../../support/matrix/descriptions.ts";

const us = { callId: "c1", version: 1, partyId: "sipabc" } as const;
const usInVersion0 = { ...us, version: 0 } as const;
const common = { call_id: "c1", version: "1", party_id: "sipabc" };
const withoutKeys = browserDescription();
const sdp = `${withoutKeys.replace(/^(m=audio .*)$/m, "$1 101")}a=rtpmap:101 telephone-event/8000\r\n` as Sdp;
const alice = "@alice:matrix.example" as MatrixUserId;
const capabilities = { "m.call.transferee": true, "m.call.dtmf": true };
const stream = { purpose: "m.usermedia", audio_muted: false, video_muted: true };

it("encodes an invite with lifetime, invitee, capabilities and stream metadata", () => {
    expect(encodeInvite(us, sdp, alice, 90_000)).toEqual({
        type: "m.call.invite",
        content: {
            ...common,
            lifetime: 90_000,
            invitee: alice,
            offer: { type: "offer", sdp },
            capabilities,
            sdp_stream_metadata: { sipms: stream },
        },
    });
});

it("encodes an answer in the version of the invite", () => {
    const answer = { answer: { type: "answer", sdp }, capabilities, sdp_stream_metadata: { sipms: stream } };
    expect(encodeAnswer(us, sdp)).toEqual({ type: "m.call.answer", content: { ...common, ...answer } });
    expect(encodeAnswer(usInVersion0, sdp)).toEqual({
        type: "m.call.answer",
        content: { call_id: "c1", version: 0, ...answer },
    });
});

it("does not announce DTMF when the description has no telephone-event", () => {
    const noKeys = { capabilities: { ...capabilities, "m.call.dtmf": false } };
    expect(encodeInvite(us, withoutKeys, alice, 90_000).content).toMatchObject(noKeys);
    expect(encodeAnswer(us, withoutKeys).content).toMatchObject(noKeys);
});

it("encodes select_answer, negotiate and hangup", () => {
    expect(encodeSelectAnswer(us, "DEVICE")).toEqual({
        type: "m.call.select_answer",
        content: { ...common, selected_party_id: "DEVICE" },
    });
    expect(encodeNegotiation(us, "answer", sdp, 60_000)).toEqual({
        type: "m.call.negotiate",
        content: {
            ...common,
            lifetime: 60_000,
            description: { type: "answer", sdp },
            sdp_stream_metadata: { sipms: stream },
        },
    });
    expect(encodeHangup(us, "mediaLost")).toEqual({
        type: "m.call.hangup",
        content: { ...common, reason: "ice_timeout" },
    });
});

it("rejects a call with m.call.reject, or with m.call.hangup in version 0", () => {
    expect(encodeRefusal(us, "busy")).toEqual({ type: "m.call.reject", content: { ...common, reason: "user_busy" } });
    expect(encodeRefusal(us, "declined")).toEqual({ type: "m.call.reject", content: common });
    expect(encodeRefusal(usInVersion0, "busy")).toEqual({
        type: "m.call.hangup",
        content: { call_id: "c1", version: 0, reason: "user_busy" },
    });
});

describe("stream metadata", () => {
    it("lists every stream of the description", () => {
        const two = browserDescription([], ["a=msid:other track", "a=msid:sipms again"]);
        expect(encodeAnswer(us, two).content["sdp_stream_metadata"]).toEqual({ sipms: stream, other: stream });
    });

    it("is left out when the description has no stream", () => {
        expect(encodeAnswer(us, browserDescription(["a=msid"])).content).not.toHaveProperty("sdp_stream_metadata");
        const none = browserDescription(["a=msid"], ["a=msid:- track"]);
        expect(encodeAnswer(us, none).content).not.toHaveProperty("sdp_stream_metadata");
    });
});

describe("a description that a browser cannot apply", () => {
    it.each([
        ["a=group", "BUNDLE"],
        ["a=mid", "mid"],
        ["a=rtcp-mux", "rtcp-mux"],
        ["a=fingerprint", "fingerprint"],
        ["a=setup", "setup"],
        ["a=ice-ufrag", "ice-ufrag"],
        ["a=candidate", "candidate"],
        ["m=", "an active media section"],
    ])("is not sent: no %s", (beginning, missing) => {
        const unfit = browserDescription([beginning]);
        for (const encode of [
            () => encodeInvite(us, unfit, alice, 1),
            () => encodeAnswer(us, unfit),
            () => encodeNegotiation(us, "answer", unfit, 1),
        ]) {
            expect(encode).toThrow(UnfitDescription);
            expect(encode).toThrow(`lacks ${missing}`);
        }
    });

    it("is sent with a rejected section and with session-level attributes", () => {
        const rejected = browserDescription([], ["m=video 0 UDP/TLS/RTP/SAVPF 96", "a=mid:1"]);
        expect(encodeAnswer(us, rejected).content["sdp_stream_metadata"]).toEqual({ sipms: stream });
        const inSession = browserDescription(["a=fingerprint", "a=setup", "a=ice-ufrag", "t=0 0"]).replace(
            "s=-",
            "s=-\r\nt=0 0\r\na=fingerprint:sha-256 AA\r\na=setup:active\r\na=ice-ufrag:x",
        );
        expect(() => encodeAnswer(us, inSession as typeof sdp)).not.toThrow();
    });

    it("checks a bundle-only section like an active one", () => {
        const bundleOnly = browserDescription([], ["m=video 0 UDP/TLS/RTP/SAVPF 96", "a=bundle-only"]);
        expect(() => encodeAnswer(us, bundleOnly)).toThrow("lacks mid");
    });

    it("is not sent: its second section is outside the BUNDLE group", () => {
        const split = browserDescription(
            [],
            [
                "m=video 9 UDP/TLS/RTP/SAVPF 96",
                "a=mid:1",
                "a=rtcp-mux",
                "a=setup:active",
                "a=fingerprint:x y",
                "a=ice-ufrag:x",
            ],
        );
        expect(() => encodeAnswer(us, split)).toThrow("lacks BUNDLE");
    });
});
