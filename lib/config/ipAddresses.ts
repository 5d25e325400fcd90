/** The SIP server imports nothing from the rest of the bridge, which uses the same lists of networks. */
export { isLoopback, isPrivate, isPublic } from "../sip-server/ipAddresses.ts";
