import { COLOURS, type Colour } from "../picture/colours.ts";
import { PATTERN } from "../picture/pattern.ts";

const [width, height, framesPerSecond] = [320, 240, 15] as const;

/** A camera that shows the lab's pattern in a colour. */
export function patternCamera(colour: Colour): MediaStream {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const paint = canvas.getContext("2d");
    if (paint === null) throw new Error("this browser cannot paint");
    const draw = (): void => {
        const upper = height * PATTERN.upperPart;
        paint.fillStyle = `rgb(${COLOURS[colour].join()})`;
        paint.fillRect(0, 0, width, upper);
        paint.fillStyle = "black";
        paint.fillRect(0, upper, width, height - upper);
        paint.fillStyle = "white";
        const block = width * PATTERN.blockWidth;
        const position = (Date.now() % PATTERN.periodMs) / PATTERN.periodMs;
        paint.fillRect(position * (width - block), upper, block, height - upper);
    };
    draw();
    setInterval(draw, 1_000 / framesPerSecond);
    return canvas.captureStream(framesPerSecond);
}
