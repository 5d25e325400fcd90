import { afterAll } from "vitest";
import type { Synapse } from "../../lab/world/Synapse.ts";
import { AppServiceFramework } from "../../lib/matrix/homeserver/AppServiceFramework.ts";
import { ClientServerHomeserver } from "../../lib/matrix/homeserver/ClientServerHomeserver.ts";
import type { MatrixRoomId, MatrixUserId } from "../../lib/numbering/MatrixUserId.ts";
import { FakeClock } from "../support/FakeClock.ts";
import { systemClock } from "../support/matrix/bridgeWorld.ts";
import { FakeHomeserver } from "../support/matrix/FakeHomeserver.ts";
import { MatrixPhone } from "../support/matrix/MatrixPhone.ts";
import { SERVER, startSynapse, writeRegistrationFile } from "../support/matrix/matrixWorld.ts";
import { describeHomeserver } from "./homeserver.contract.ts";

const user = `@alice:${SERVER}` as MatrixUserId;
const others = {
    user,
    ghost: `@sip_bob:${SERVER}` as MatrixUserId,
    unregistered: `@sip_unregistered:${SERVER}` as MatrixUserId,
    absent: `@absent:${SERVER}` as MatrixUserId,
};

describeHomeserver("of the specs", () => {
    const homeserver = new FakeHomeserver(new FakeClock(), (id) => id.startsWith("@sip_"), [user]);
    return Promise.resolve({
        ...others,
        homeserver,
        joinAs: async (room) => {
            homeserver.joinAs(user, room);
            await Promise.resolve();
        },
        leaveAs: async (room) => {
            homeserver.leaveAs(user, room);
            await Promise.resolve();
        },
        encryptAs: async (room) => {
            homeserver.setStateAs(user, room, "m.room.encryption", {});
            await Promise.resolve();
        },
        makeRoomAs: () => Promise.resolve(homeserver.createRoomOf(user, others.ghost)),
    });
});

let synapse: Synapse | undefined;
let framework: AppServiceFramework | undefined;

afterAll(async () => {
    await framework?.stop();
    await synapse?.stop();
});

describeHomeserver("Synapse, through the framework", async () => {
    const { registration, port, ...file } = await writeRegistrationFile();
    synapse = await startSynapse([{ registration, port, ...file }]);
    const running = new AppServiceFramework({ homeserverUrl: synapse.url, serverName: SERVER, registration });
    framework = running;
    const handlers = {
        onDelivery: () => Promise.resolve(),
        onPing: () => undefined,
        onError: (error: unknown) => {
            throw error;
        },
        onUserQuery: () => Promise.resolve(false),
        protocols: [],
        describeProtocol: () => ({
            user_fields: [],
            location_fields: [],
            icon: "",
            field_types: {},
            instances: [],
        }),
        findUser: () => Promise.resolve([]),
        describeUser: () => [],
    };
    await running.start({ host: new URL(registration.url).hostname, port }, handlers);
    const alice = new MatrixPhone(await synapse.registerUser("alice"));
    return {
        ...others,
        homeserver: new ClientServerHomeserver((request) => running.send(request), systemClock),
        joinAs: (room) => alice.join(room),
        leaveAs: (room) => alice.leave(room),
        encryptAs: async (room) => {
            const path = `/rooms/${encodeURIComponent(room)}/state/m.room.encryption/`;
            await alice.request("PUT", path, { algorithm: "m.megolm.v1.aes-sha2" });
        },
        makeRoomAs: async () => (await alice.makeDirectRoom(others.ghost)) as MatrixRoomId,
    };
});
