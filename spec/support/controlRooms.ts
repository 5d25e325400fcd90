import { expect } from "vitest";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { type MatrixDevice, matrixRequest } from "../../lab/world/matrixRequest.ts";
import { ControlChat } from "./ControlChat.ts";

/** Expects a notice of the bot in an encrypted room. */
export async function expectNoticeIfEncrypted(client: MatrixClientPage, bot: string): Promise<void> {
    const content = { algorithm: "m.megolm.v1.aes-sha2" };
    const room = await createRoom(client.device, {
        invite: [bot],
        initial_state: [{ type: "m.room.encryption", state_key: "", content }],
    });
    await new ControlChat(client, room).hears("cannot read your commands, because this room is encrypted");
}

/** Expects the bot in the room that replaces one of its rooms. */
export async function expectBotInReplacement(client: MatrixClientPage, bot: string): Promise<void> {
    const room = await createRoom(client.device, { invite: [bot], preset: "public_chat", room_version: "10" });
    await new ControlChat(client, room).joinedBy(bot);
    const chat = new ControlChat(client, await upgradeRoom(client.device, room));
    await chat.joinedBy(bot);
    expect(await chat.ask("version")).toContain("Version:");
}

async function createRoom(device: MatrixDevice, settings: object): Promise<string> {
    const { room_id: room } = await post<{ room_id: string }>(device, "/_matrix/client/v3/createRoom", settings);
    return room;
}

/** Replaces a room by a new one, as clients do to change its version, and returns the ID of the new one. */
async function upgradeRoom(device: MatrixDevice, room: string): Promise<string> {
    const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/upgrade`;
    const { replacement_room: replacement } = await post<{ replacement_room: string }>(device, path, {
        new_version: "11",
    });
    return replacement;
}

function post<T>({ homeserverUrl, accessToken }: MatrixDevice, path: string, body: object): Promise<T> {
    return matrixRequest<T>(homeserverUrl, "POST", path, { accessToken, body });
}
