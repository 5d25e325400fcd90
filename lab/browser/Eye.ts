import { readPicture, type Picture } from "../picture/pattern.ts";

/** Looks at a remote stream. */
export class Eye {
    readonly #player = document.createElement("video");
    readonly #canvas = document.createElement("canvas");

    constructor(stream: MediaStream) {
        this.#player.muted = true;
        this.#player.autoplay = true;
        this.#player.srcObject = stream;
        void this.#player.play().catch(() => undefined);
    }

    /** What is shown now; null before the first picture. */
    look(): Picture | null {
        const { videoWidth: width, videoHeight: height } = this.#player;
        const paint = this.#canvas.getContext("2d", { willReadFrequently: true });
        if (width === 0 || height === 0 || paint === null) return null;
        this.#canvas.width = width;
        this.#canvas.height = height;
        paint.drawImage(this.#player, 0, 0);
        const { data } = paint.getImageData(0, 0, width, height);
        return readPicture((x, y) => {
            const at = 4 * (Math.floor(y * height) * width + Math.floor(x * width));
            return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
        });
    }
}
