/**
 * The label of data channels on which receivers acknowledge messages. They carry no content: who may not publish may open
 * one, and who may not subscribe may hear one.
 */
export const ACKNOWLEDGEMENT_LABEL = "radist-acks";
