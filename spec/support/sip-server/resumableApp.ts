/**
 * An application as a program, to be killed: `node resumableApp.ts <port> <secret> answer|ring`. It names itself
 * `resume:bridge`, answers calls or lets them ring, and writes one line of JSON for each request it gets.
 */
import { connectSrfApp } from "./srfApp.ts";

const [port = "", secret = "", behaviour = ""] = process.argv.slice(2);
const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n";

await connectSrfApp(
    Number(port),
    secret,
    (srf) =>
        srf.use("invite", (req, res) => {
            const ring = behaviour === "ring";
            const options = ring ? {} : { headers: { "Content-Type": "application/sdp" }, body: sdp };
            res.send(ring ? 180 : 200, options, () =>
                process.stdout.write(`${JSON.stringify({ transactionId: req.stackTxnId })}\n`),
            );
        }),
    ["resume:bridge"],
);
process.stdout.write(`${JSON.stringify({ connected: true })}\n`);
