/** Where the control port of a drachtio-compatible SIP server is. */
export interface DrachtioEndpoint {
    readonly host: string;
    readonly port: number;
    readonly secret: string;
    /** Name by which the embedded SIP server keeps the calls of this bridge for its next connection. */
    readonly resumeName?: string;
}
