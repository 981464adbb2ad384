/** Columns of every matrix that describes rows of the data set. */
export const labelled = {
  id: {
    dtype: 'uint32',
    meaning: "row number in the data set's train.arrow or test.arrow, from 0; validation ids are of train.arrow",
  },
  label: { dtype: 'uint16', below: 'K', meaning: 'class' },
} as const;
