/** Each call of a run takes the next of these numbers in turn, so that its moments can be told apart by number. */
export function callerNumber(index: number): string {
    return `+4420${String(70_000_000 + index)}`;
}

/** The number a ghost stands for: `@sip_=2b4420…:domain`. */
export function callerOfGhost(userId: string): string {
    const digits = /=2b([0-9]+):/.exec(userId)?.[1];
    if (digits === undefined) throw new Error(`${userId} is not the ghost of a number`);
    return `+${digits}`;
}
