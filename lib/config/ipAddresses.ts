/** The SIP server imports nothing from the rest of the bridge, which uses the same lists of networks. */
export { isLoopback, isPrivate } from "../sip-server/ipAddresses.ts";
