"""Expert Advisors and .set files from a Plan."""
