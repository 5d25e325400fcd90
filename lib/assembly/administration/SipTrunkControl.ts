/** What operators can do to a trunk. Both return false for a trunk that has no registration or no probes. */
export interface SipTrunkControl {
    readonly register: (trunk: string) => boolean;
    readonly probe: (trunk: string) => boolean;
}
