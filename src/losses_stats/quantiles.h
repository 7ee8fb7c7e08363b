// Distribution functions and their inverses: a narrow door to Boost.Math, so that only one file is compiled
// with it.
//
// Arguments outside the stated ranges are bugs of the caller.
#pragma once

namespace homeward::losses_stats {

// P(Z <= z), and the z with P(Z <= z) = p, 0 < p < 1.
double normal_probability(double z);
double normal_quantile(double p);

// P(X <= x) for a Gamma variable of this shape > 0 and scale 1; its inverse for 0 <= p < 1.
double gamma_probability(double shape, double x);
double gamma_quantile(double shape, double p);

// P(X <= x) for a Beta(a, b) variable, a, b > 0; its inverse for 0 <= p <= 1.
double beta_probability(double a, double b, double x);
double beta_quantile(double a, double b, double p);

// P(X <= count) for a Poisson variable of this mean > 0; 0 for count < 0.
double poisson_probability(double count, double mean);

}  // namespace homeward::losses_stats
