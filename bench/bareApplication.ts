/**
 * The floor: the least that a drachtio-srf application can do to a call. It answers each INVITE immediately with a fixed
 * SDP and lets the caller hang up. Arguments: control host, control port, secret. Prints `connected` once it
 * serves; ends if the server does not have it.
 */
import Srf from "drachtio-srf";

const [host, port, secret] = process.argv.slice(2);
const localSdp = [
    "v=0",
    "o=bare 1 1 IN IP4 127.0.0.1",
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    "m=audio 40000 RTP/AVP 0",
    "a=rtpmap:0 PCMU/8000",
    "",
].join("\r\n");

const srf = new Srf();
void srf.connect({ host: host ?? "", port: Number(port), secret: secret ?? "" });
srf.on("connect", (error: unknown) => {
    if (error) throw new Error("the server refuses the secret");
    process.stdout.write("connected\n");
});
srf.invite((request, response) => {
    response.send(180);
    srf.createUAS(request, response, { localSdp }).then(
        (dialog) => dialog.on("destroy", () => undefined),
        (error: unknown) => process.stderr.write(`${String(error)}\n`),
    );
});
