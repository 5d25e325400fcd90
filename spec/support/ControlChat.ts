import type { SeenEvent } from "../../lab/browser/LabPage.ts";
import type { MatrixClientPage } from "../../lab/world/MatrixClientPage.ts";
import { until } from "../../lab/world/until.ts";

const ANSWER_MS = 15_000;

/** A room in which a user of matrix-js-sdk gives commands to the bridge. */
export class ControlChat {
    readonly #client: MatrixClientPage;
    readonly room: string;

    /** In a room that exists, such as the room of a call. */
    constructor(client: MatrixClientPage, room: string) {
        this.#client = client;
        this.room = room;
    }

    /** Creates a room with the bot, and resolves once the bot has joined. */
    static async open(client: MatrixClientPage, bot: string): Promise<ControlChat> {
        const chat = new ControlChat(client, await client.createDirectRoom(bot));
        await chat.joinedBy(bot);
        return chat;
    }

    /** Invites a user who accepts by themselves, and resolves once they have joined. */
    async invite(user: string): Promise<void> {
        await this.#client.invite(this.room, user);
        await this.joinedBy(user);
    }

    /** Sends a message and returns the next answer of the bridge. */
    async ask(text: string): Promise<string> {
        const before = (await this.#client.events()).length;
        await this.#client.write(this.room, text);
        const answer = async (): Promise<SeenEvent | undefined> => (await this.#answers(before))[0];
        return bodyOf(await until(answer, { what: `an answer to ${text}`, timeoutMs: ANSWER_MS }));
    }

    /** Sends a message without waiting for an answer; returns the ID of its event. */
    say(body: string, content: Readonly<Record<string, unknown>> = {}): Promise<string> {
        return this.#client.send(this.room, { msgtype: "m.text", body, ...content });
    }

    /** Every notice of the bridge so far, the oldest first. */
    async answers(): Promise<readonly string[]> {
        return (await this.#answers()).map(bodyOf);
    }

    /** Resolves once the bridge has said something that contains `text`. @throws Error after 30 s */
    async hears(text: string): Promise<string> {
        const heard = async (): Promise<string | undefined> =>
            (await this.answers()).find((answer) => answer.includes(text));
        return until(heard, { what: `a notice with ${text}`, timeoutMs: 2 * ANSWER_MS });
    }

    /** The content and the bytes of the newest picture that the bridge has sent. @throws Error without one */
    async picture(): Promise<{ readonly info: unknown; readonly bytes: Buffer }> {
        const isPicture = ({ content }: SeenEvent): boolean => content["msgtype"] === "m.image";
        const { content } = await until(async () => (await this.#messages()).findLast(isPicture), {
            what: "a picture",
            timeoutMs: ANSWER_MS,
        });
        const [, server = "", id = ""] = /^mxc:\/\/([^/]+)\/(.+)$/.exec(String(content["url"])) ?? [];
        const { homeserverUrl, accessToken } = this.#client.device;
        const url = `${homeserverUrl}/_matrix/client/v1/media/download/${server}/${id}`;
        const response = await fetch(url, { headers: { Authorization: `Bearer ${accessToken}` } });
        return { info: content["info"], bytes: Buffer.from(await response.arrayBuffer()) };
    }

    async joinedBy(user: string): Promise<void> {
        const isJoin = ({ roomId, type, stateKey, content }: SeenEvent): boolean =>
            roomId === this.room && type === "m.room.member" && stateKey === user && content["membership"] === "join";
        await this.#client.awaitEvent(`${user} to join`, isJoin);
    }

    async #answers(after = 0): Promise<readonly SeenEvent[]> {
        return (await this.#messages(after)).filter(({ content }) => content["msgtype"] === "m.notice");
    }

    /** What others than the user have written. */
    async #messages(after = 0): Promise<readonly SeenEvent[]> {
        const { userId } = this.#client.device;
        const isOthers = ({ roomId, type, sender }: SeenEvent): boolean =>
            roomId === this.room && type === "m.room.message" && sender !== userId;
        return (await this.#client.events(after)).filter(isOthers);
    }
}

function bodyOf({ content }: SeenEvent): string {
    return String(content["body"]);
}
