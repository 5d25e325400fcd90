/** What the control port has counted since its start. All only grow. */
export interface ControlCounters {
    framesReceived: number;
    /** Wrong secrets, and frames sent before the right one. */
    unauthenticated: number;
    /** SIP orders answered `NOK`. */
    ordersRefused: number;
}
