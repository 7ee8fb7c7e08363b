#include "losses_stats/quantiles.h"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "base/assert.h"

// The policy below never throws; without exceptions Boost still asks for these.
namespace boost {
void throw_exception(const std::exception&) { homeward::assertion_failed("Boost.Math", "quantiles.cpp", 0); }
void throw_exception(const std::exception&, const boost::source_location&) {
  homeward::assertion_failed("Boost.Math", "quantiles.cpp", 0);
}
}  // namespace boost

namespace homeward::losses_stats {
namespace {

namespace math = boost::math;
using Policy = math::policies::policy<math::policies::domain_error<math::policies::ignore_error>,
                                      math::policies::pole_error<math::policies::ignore_error>,
                                      math::policies::overflow_error<math::policies::ignore_error>,
                                      math::policies::underflow_error<math::policies::ignore_error>,
                                      math::policies::evaluation_error<math::policies::ignore_error>,
                                      math::policies::rounding_error<math::policies::ignore_error>,
                                      math::policies::promote_double<false>>;

}  // namespace

double normal_probability(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }
double normal_quantile(double p) { return -std::sqrt(2.0) * math::erfc_inv(2.0 * p, Policy()); }

double gamma_probability(double shape, double x) { return x <= 0 ? 0.0 : math::gamma_p(shape, x, Policy()); }
double gamma_quantile(double shape, double p) { return math::gamma_p_inv(shape, p, Policy()); }

double beta_probability(double a, double b, double x) { return math::ibeta(a, b, x, Policy()); }
double beta_quantile(double a, double b, double p) { return math::ibeta_inv(a, b, p, Policy()); }

double poisson_probability(double count, double mean) {
  return count < 0 ? 0.0 : math::gamma_q(std::floor(count) + 1.0, mean, Policy());
}

}  // namespace homeward::losses_stats
