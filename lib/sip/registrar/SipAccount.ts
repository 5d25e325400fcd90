import type { MediaTransport } from "../../call/vocabulary.ts";
import type { VideoPermission } from "../../ports/MediaProxy.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { CountryCode } from "../../numbering/PhoneNumber.ts";
import type { DtmfSetting } from "../SipTrunk.ts";
import type { ShortCodes } from "../../numbering/ShortCodes.ts";

/** A phone that registers with us and belongs to a Matrix user. Plain data: the composition root makes it of the configuration. */
export interface SipAccount {
    /** In logs and metrics too; no peer or trunk has the same name. */
    readonly username: string;
    readonly password: string;
    /** Accepts digest credentials without qop (RFC 2069), for old phones. */
    readonly allowsLegacyDigest?: boolean;
    /** As whom its calls go out, and whose calls it rings for. */
    readonly user: MatrixUserId;
    /** How its calls are shown; the user name if left out. */
    readonly displayName?: string;
    readonly media: MediaTransport;
    /** How digits reach its phones and come from them; `auto` if left out. */
    readonly dtmf?: DtmfSetting;
    /** Whether its calls can have video. */
    readonly video?: VideoPermission;
    readonly defaultCountry?: CountryCode;
    /** Codes that are never completed with a country code. */
    readonly shortCodes?: ShortCodes;
}
