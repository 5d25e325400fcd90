import { Baresip } from "./Baresip.ts";
import { freePort, loopback } from "./freePort.ts";
import { Kamailio } from "./Kamailio.ts";
import type { LinphoneAccount } from "./Linphone.ts";
import type { Stoppable } from "./LabProcess.ts";
import type { SipAddress } from "./SippPhone.ts";

export interface PbxOptions {
    /** Numbers that ring at the line (a POSIX pattern of what is dialled); all others ring at the desk phone. */
    readonly lineNumbers: string;
    /** Its own address; a free port if not given. */
    readonly at?: SipAddress;
    /** The digest it asks for. */
    readonly algorithm?: "MD5" | "SHA-256";
}

/** Its domain, which is the realm of its challenges too, and its two accounts. */
export const pbx = {
    domain: "pbx.example",
    phone: { user: "200", password: "phone secret of the lab" },
    line: { user: "line", password: "line secret of the lab" },
} as const;

/** A Kamailio as a PBX that challenges every registration and every call, with a desk phone and a line for another system. */
export class Pbx implements Stoppable {
    readonly server: Kamailio;
    readonly #phones: Baresip[] = [];

    private constructor(server: Kamailio) {
        this.server = server;
    }

    static async start(options: PbxOptions): Promise<Pbx> {
        const server = await Kamailio.start({
            role: "pbx",
            at: options.at ?? { address: loopback, port: await freePort() },
            define: {
                DOMAIN: pbx.domain,
                ALGORITHM: options.algorithm ?? "MD5",
                PHONE: pbx.phone.user,
                PHONE_PASSWORD: pbx.phone.password,
                LINE: pbx.line.user,
                LINE_PASSWORD: pbx.line.password,
                LINE_NUMBERS: options.lineNumbers,
            },
        });
        return new Pbx(server);
    }

    /** The settings of the desk phone, for any vendor. */
    get phoneAccount(): LinphoneAccount {
        const { address, port } = this.server;
        return {
            address: `sip:${pbx.phone.user}@${pbx.domain}`,
            password: pbx.phone.password,
            registrar: `sip:${address}:${port}`,
        };
    }

    /** Starts the desk phone, a baresip, which knows no digest but MD5; resolves once it is registered. @throws Error if the password is refused. */
    async startPhone(toneHz: number, password: string = pbx.phone.password): Promise<Baresip> {
        const { address, port } = this.server;
        const phone = await Baresip.start({
            toneHz,
            account: `sip:${pbx.phone.user}@${pbx.domain}`,
            accountParameters: `;outbound="sip:${address}:${port}";auth_pass="${password}"`,
        });
        this.#phones.push(phone);
        await phone.isRegistered();
        return phone;
    }

    async stop(): Promise<void> {
        await Promise.all(this.#phones.splice(0).map((phone) => phone.stop()));
        await this.server.stop();
    }
}
