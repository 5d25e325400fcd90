/** Longer than matrix-js-sdk waits for candidates before it sends its description. */
const lateMs = 250;
const told = new Set(["icecandidate", "icegatheringstatechange"]);

/**
 * Makes the browser find its ICE candidates after its description only, as where each of them takes a slow STUN or TURN
 * server. For pages that listen with `addEventListener` and functions, as matrix-js-sdk does.
 */
export function installLateCandidates(): void {
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        override get localDescription(): RTCSessionDescription | null {
            const description = super.localDescription;
            if (description === null) return null;
            const sdp = description.sdp.replace(/^a=(?:candidate|end-of-candidates).*\r\n/gm, "");
            return new RTCSessionDescription({ type: description.type, sdp });
        }

        override addEventListener(type: string, listener: EventListenerOrEventListenerObject): void {
            const late = (event: Event): void => void setTimeout(listener as EventListener, lateMs, event);
            super.addEventListener(type, told.has(type) ? late : listener);
        }
    };
}
