export const priceOf = (items: number): number => items * 21;
