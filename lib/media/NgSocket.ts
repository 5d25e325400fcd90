/** Where an engine listens. */
export interface NgAddress {
    /** An IP address or a name. */
    readonly host: string;
    readonly port: number;
}

/** Datagrams to and from one engine. Unreliable: what cannot be sent is lost without a word. */
export interface NgSocket {
    send(datagram: Uint8Array): void;
    close(): void;
}

export type OpenNgSocket = (address: NgAddress, receive: (datagram: Uint8Array) => void) => NgSocket;
