import { MInterfacePointer } from '../dcom/minterface-pointer.js';
import { conformant, HRESULT, type NdrType, type Pointee, sizeOf, u32, unique, wstring } from '../ndr/index.js';

/** `[out, string] LPWSTR *`: null where the method failed. */
export const text = unique(wstring);

/** An interface pointer that a method takes or gives; null where it failed. */
export const pointer = unique(MInterfacePointer);

/** `[out, size_is(, dwCount)] T **`: null where the method failed. */
export const results = <T>(element: NdrType<T>): NdrType<Pointee<T[]>> => unique(conformant(element));

/** The result of each item. */
export const errors = results(HRESULT);

/** dwCount of the array that follows it. */
export const countOf = (array: string): NdrType<number | undefined> => sizeOf(array, u32);
