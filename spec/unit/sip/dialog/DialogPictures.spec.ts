import { describe, expect, test } from "vitest";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import { DialogPictures } from "../../../../lib/sip/dialog/DialogPictures.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { ScriptedRequest, ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

const TYPE = "application/media_control+xml";
const asks = (primitive: string): string =>
    `<?xml version="1.0" encoding="utf-8" ?>\r\n<media_control>\r\n <vc_primitive>\r\n  <to_encoder>${primitive}</to_encoder>\r\n </vc_primitive>\r\n</media_control>`;

function somePictures() {
    const [events, stack, clock]: [LegEvent[], ScriptedStack, FakeClock] = [[], new ScriptedStack(), new FakeClock()];
    const parts = { stack, clock, userAgent: "spec/1", dialogId: "d1", digest: undefined, headers: {} };
    return { pictures: new DialogPictures({ ...parts, report: (event) => events.push(event) }), stack, clock, events };
}

function info(type: string, body: string, method = "INFO"): ScriptedRequest {
    return new ScriptedRequest(method, { headers: { "Content-Type": type }, body });
}

describe("an INFO with media control (RFC 5168)", () => {
    test.each([
        [TYPE, asks("<picture_fast_update/>")],
        ["Application/Media_Control+XML; charset=utf-8", asks("<picture_fast_update></picture_fast_update>")],
        [TYPE, asks("<picture_fast_update> </picture_fast_update>")],
    ])("of type %s that asks for a picture is reported", (type, body) => {
        const { pictures, events } = somePictures();
        expect(pictures.receive(info(type, body))?.status).toBe(200);
        expect(events).toEqual([{ kind: "pictureRequested" }]);
    });

    test.each([
        "",
        "<x/>",
        "<picture_fast_update/>",
        "<media_control><picture_fast_update/></media_control>",
        asks("<freeze/>"),
        "<media_control><vc_primitive><to_encoder>",
        `<!DOCTYPE x [<!ENTITY e "x">]>${asks("<picture_fast_update/>")}`,
    ])("that asks for nothing, as %j, is accepted without an effect", (body) => {
        const { pictures, events } = somePictures();
        expect(pictures.receive(info(TYPE, body))?.status).toBe(200);
        expect(events).toEqual([]);
    });

    test.each([
        ["MESSAGE", TYPE],
        ["INFO", "application/dtmf"],
        ["INFO", "application/media_control+xmlx"],
    ])("is left to others if it is %s of type %s", (method, type) => {
        expect(somePictures().pictures.receive(info(type, asks("<picture_fast_update/>"), method))).toBeUndefined();
    });
});

describe("a request of the bridge for a picture", () => {
    test("is an INFO that other bridges understand, at most one a second", async () => {
        const { pictures, stack, clock } = somePictures();
        const first = pictures.request();
        await settled();
        await pictures.request();
        expect(stack.sent).toEqual(["INFO"]);
        const [sent] = stack.requests;
        expect(sent?.headers).toMatchObject({ "Content-Type": TYPE });
        const other = somePictures();
        other.pictures.receive(info(TYPE, sent?.body ?? ""));
        expect(other.events).toEqual([{ kind: "pictureRequested" }]);
        stack.answer(200);
        await first;
        clock.advance(1_000);
        void pictures.request();
        await settled();
        expect(stack.sent).toEqual(["INFO", "INFO"]);
    });

    test("is not repeated to a peer that rejected one", async () => {
        const { pictures, stack, clock } = somePictures();
        const first = pictures.request();
        await settled();
        stack.answer(415);
        await first;
        clock.advance(10_000);
        await pictures.request();
        expect(stack.sent).toEqual(["INFO"]);
    });
});
