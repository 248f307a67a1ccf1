/** Dollars, us-east-1, list prices of 2025, no free tier taken off: docs/reference/cost.md. */
export const PRICES = {
  lambdaGbSecond: 0.0000133334, // arm64
  s3PutOrList: 5e-6,
  s3StandardGbMonth: 0.023,
  dynamoDbWrite: 0.625e-6, // on demand, up to 1 KB
};
