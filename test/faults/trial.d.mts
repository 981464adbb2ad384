/** The study of the trials; two experiments share all but their nets and what follows. */
export const study: string;
