import { request, response, sdp, type Side } from "./Stage.ts";

export const bob = "sip:bob@192.0.2.2";

/** The application rings and answers every INVITE immediately, and sends 200 to all other requests. */
export function answering(side: Side): Side {
    side.app.onRequestDo = ({ transactionId, message }, engine) => {
        if (message.method === "ACK") return;
        if (message.method === "INVITE") {
            void engine.respond(transactionId, response(180));
            void engine.respond(transactionId, response(200, { body: sdp }));
        } else {
            void engine.respond(transactionId, response(200));
        }
    };
    return side;
}

/** The application rings, and leaves it at that. */
export function ringing(side: Side): Side {
    side.app.onRequestDo = ({ transactionId, message }, engine) => {
        if (message.method === "INVITE") void engine.respond(transactionId, response(180));
        else if (message.method !== "ACK") void engine.respond(transactionId, response(200));
    };
    return side;
}

/** The application acknowledges every 2xx to its INVITEs, and says 200 to requests. */
export function acknowledging(side: Side): Side {
    side.app.onResponseDo = ({ message, dialogId }, engine) => {
        const invite = (message.headers.get("CSeq") ?? "").endsWith("INVITE");
        if (!invite || message.status < 200 || message.status > 299 || dialogId === undefined) return;
        void engine.send(request("ACK", "sip:placeholder", { dialogId }));
    };
    side.app.onRequestDo = ({ transactionId, message }, engine) => {
        if (message.method === "ACK") return;
        void engine.respond(transactionId, response(200, message.method === "INVITE" ? { body: sdp } : {}));
    };
    return side;
}
