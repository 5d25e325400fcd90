import type { Config } from "../config/Config.generated.ts";
import { numberingOf } from "../config/numberingOf.ts";
import { registrarRealm } from "../config/registrarRealm.ts";
import type { DialPlan } from "../numbering/DialPlan.ts";
import type { Clock } from "../ports/Clock.ts";
import type { ContactStore } from "../ports/ContactStore.ts";
import type { Log } from "../ports/Log.ts";
import { OwnHosts } from "../sip/identity/OwnHosts.ts";
import { ContactPolicy } from "../sip/registrar/ContactPolicy.ts";
import { PhoneAuthenticator } from "../sip/registrar/PhoneAuthenticator.ts";
import { Phones } from "../sip/registrar/Phones.ts";
import { Registrar } from "../sip/registrar/Registrar.ts";
import type { SipAccount } from "../sip/registrar/SipAccount.ts";
import { ownHostsOf } from "./ownHostsOf.ts";
import { trunkMediaOf } from "./trunkMediaOf.ts";
import { sipTrunksOf } from "./sipTrunksOf.ts";

export interface PhonesParts {
    readonly store: ContactStore;
    readonly dialPlan: Pick<DialPlan, "calleeOf" | "whoMayDial">;
    readonly clock: Clock;
    readonly log: Log;
}

/** The phones of the configuration's accounts, with what they registered before. Rejects if the store does. */
export async function phonesOf(config: Config, { store, dialPlan, clock, log }: PhonesParts): Promise<Phones> {
    const { minSeconds, maxSeconds, maxContacts, algorithms } = config.sip.registrar;
    const accounts = config.accounts.map((account) => accountOf(account, config));
    const realm = registrarRealm(config);
    const hosts = new OwnHosts(ownHostsOf(config));
    const registrar = new Registrar({
        store,
        clock,
        log,
        limits: { minSeconds, maxSeconds, maxContacts },
        // the server that comes with the bridge takes a connection for a way to its own phone only
        ...(config.sip.drachtio !== undefined && { contactPolicy: new ContactPolicy(sipTrunksOf(config).trunks) }),
    });
    await registrar.load(accounts.map(({ username }) => username));
    return new Phones({
        accounts,
        realm,
        authenticator: new PhoneAuthenticator({ accounts, realm, hosts, algorithms, registrar, clock, log }),
        registrar,
        routing: { dialPlan, hosts, mediaOf: trunkMediaOf(config) },
    });
}

function accountOf(
    { username, password, user, displayName, media, dtmf, video, allowLegacyDigest }: Config["accounts"][number],
    config: Config,
): SipAccount {
    return {
        username,
        password: password.reveal(),
        allowsLegacyDigest: allowLegacyDigest,
        user,
        media,
        dtmf,
        ...(video && { video: "permitted" as const }),
        ...(displayName !== undefined && { displayName }),
        ...numberingOf(config),
    };
}
