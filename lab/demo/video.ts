import { loopback } from "../world/freePort.ts";
import { domain, numbers, type World } from "../world/World.ts";
import type { BridgeConfig } from "../world/Bridge.ts";
import type { MatrixClientPage } from "../world/MatrixClientPage.ts";
import { tones } from "./calls.ts";

const account = { username: "video", password: "correct-horse" } as const;
const [ofAlice, ofPhone] = ["magenta", "yellow"] as const;

/** Adds an account for a video phone in a browser, with a WebSocket listener at this port. */
export function withVideoPhone(webSocketPort: number): (config: BridgeConfig) => BridgeConfig {
    return (config) => {
        const sip = config["sip"] as { readonly listen: readonly string[] };
        return {
            ...config,
            sip: {
                ...sip,
                listen: [...sip.listen, `ws:${loopback}:${webSocketPort}`],
                // jsSIP supports no other algorithm
                registrar: { algorithms: ["MD5"] },
            },
            accounts: [{ ...account, user: `@bob:${domain}`, media: "webrtc" }],
        };
    };
}

/** Alice calls a video phone (jsSIP). True if both saw the other one's moving picture. Never rejects. */
export async function seesVideo(world: World, alice: MatrixClientPage, webSocketPort: number): Promise<boolean> {
    try {
        const address = `sip:${account.username}@${domain}`;
        const server = `ws://${loopback}:${webSocketPort}`;
        const { password } = account;
        const phone = world.keepPhone(
            await world.chromium.openPhone({ server, address, password, toneHz: tones.phone, camera: ofPhone }),
        );
        const callId = await alice.dialNumber(numbers.bob, "on");
        await phone.is("ringing");
        await phone.answer("on");
        await alice.awaitState(callId, "connected");
        await Promise.all([
            alice.sees(callId, [ofPhone, ofPhone, ofPhone]),
            phone.sees([ofAlice, ofAlice, ofAlice]),
            alice.hears(callId, tones.phone),
            phone.hears(tones.alice),
        ]);
        await alice.hangUp(callId);
        await phone.is("ended");
        await world.rtpengine.drained();
        return true;
    } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        return false;
    } finally {
        await world.stopPhones();
    }
}
