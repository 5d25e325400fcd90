/**
 * Encodes a text as CESU-8: characters beyond the basic plane, such as emoji, as two surrogates of three bytes each. Phones
 * that hash JavaScript strings character by character digest a body in this form (jsSIP 3). Pure.
 */
export function encodeCesu8(text: string): Buffer {
    const bytes: number[] = [];
    for (let index = 0; index < text.length; index += 1) {
        const unit = text.charCodeAt(index);
        if (unit < 0x80) bytes.push(unit);
        else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
        else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
    }
    return Buffer.from(bytes);
}
