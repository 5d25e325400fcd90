import { expect, test } from "vitest";
import { nextDescription, type Unnumbered } from "../../../lib/sdp/SentDescription.ts";
import { parseDescription } from "../../../lib/sdp/sessionDescription.ts";
import { phone, type PhoneSays } from "../../support/descriptions.ts";

function unnumbered(says: PhoneSays): Unnumbered {
    const description = parseDescription(phone(says));
    const section = description?.media[0];
    if (description === undefined || section === undefined) throw new Error("unreadable");
    return { description, streams: [section] };
}

const origin = (sdp: string): string | undefined => /^o=.*$/m.exec(sdp)?.[0].trim();

test("the version counts changes, whatever version the other party wrote", () => {
    const first = nextDescription(77, unnumbered({ version: 9 }), undefined);
    expect(origin(first.sdp)).toBe("o=phone 77 1 IN IP4 127.0.0.1");
    const same = nextDescription(77, unnumbered({ version: 10 }), first);
    expect(same.sdp).toBe(first.sdp);
    const held = nextDescription(77, unnumbered({ version: 10, direction: "recvonly" }), same);
    expect(origin(held.sdp)).toBe("o=phone 77 2 IN IP4 127.0.0.1");
    const back = nextDescription(77, unnumbered({ version: 11 }), held);
    expect(origin(back.sdp)).toBe("o=phone 77 3 IN IP4 127.0.0.1");
});
