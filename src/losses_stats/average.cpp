#include "losses_stats/average.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "losses_stats/loglinear.h"

namespace homeward::losses_stats {
namespace {

using Graph = std::vector<ListSet>;  // by list: its neighbours

Graph graph_of(uint32_t edges, size_t lists) {
  Graph out(lists, 0);
  size_t edge = 0;
  for (size_t a = 0; a < lists; ++a) {
    for (size_t b = a + 1; b < lists; ++b, ++edge) {
      if (!(edges >> edge & 1)) continue;
      out[a] |= ListSet{1} << b;
      out[b] |= ListSet{1} << a;
    }
  }
  return out;
}

bool is_complete(const Graph& graph, ListSet lists) {
  for (size_t a = 0; a < graph.size(); ++a) {
    const ListSet others = lists & ~(ListSet{1} << a);
    if ((lists >> a & 1) && (graph[a] & others) != others) return false;
  }
  return true;
}

struct Family {
  ListSet parents = 0;
  ListSet whole = 0;
};

// Maximum cardinality search (Tarjan and Yannakakis 1984): every list with its neighbours that came before
// it, which are complete exactly if the graph is chordal.
std::optional<std::vector<Family>> perfect_order(const Graph& graph) {
  std::vector<Family> out;
  ListSet done = 0;
  while (out.size() < graph.size()) {
    size_t best = graph.size();
    for (size_t a = 0; a < graph.size(); ++a) {
      if (done >> a & 1) continue;
      if (best == graph.size() || std::popcount(graph[a] & done) > std::popcount(graph[best] & done))
        best = a;
    }
    const ListSet parents = graph[best] & done;
    if (!is_complete(graph, parents)) return {};
    out.push_back({parents, parents | ListSet{1} << best});
    done |= ListSet{1} << best;
  }
  return out;
}

// For every set of lists and number missing, the logarithm of the marginal table's Dirichlet-multinomial
// probability.
class Marginals {
 public:
  Marginals(const Cells& cells, double delta, size_t most_missing) {
    const size_t sets = cells.counts.size();
    const double prior = delta * static_cast<double>(sets);
    for (ListSet lists = 0; lists < sets; ++lists)
      by_set_.push_back(column(cells, lists, prior, most_missing));
  }
  const std::vector<double>& of(ListSet lists) const { return by_set_[lists]; }

 private:
  static std::vector<double> column(const Cells& cells, ListSet lists, double prior, size_t most_missing) {
    std::vector<double> table(cells.counts.size(), 0);
    for (ListSet cell = 0; cell < table.size(); ++cell) table[cell & lists] += cells.counts[cell];
    const double each = prior / static_cast<double>(size_t{1} << std::popcount(lists));
    double fixed = std::lgamma(prior) - std::lgamma(each);
    for (ListSet cell = 1; cell < table.size(); ++cell) {
      if ((cell & lists) == cell) fixed += std::lgamma(table[cell] + each) - std::lgamma(each);
    }
    std::vector<double> out;
    const double observed = cells.observed();
    for (size_t missing = 0; missing <= most_missing; ++missing) {
      const auto extra = static_cast<double>(missing);
      out.push_back(fixed + std::lgamma(table[0] + extra + each) - std::lgamma(observed + extra + prior));
    }
    return out;
  }

  std::vector<std::vector<double>> by_set_;
};

std::vector<double> common_part(const Cells& cells, const AverageOptions& options, size_t most_missing) {
  std::vector<double> out;
  for (size_t missing = 0; missing <= most_missing; ++missing) {
    const auto extra = static_cast<double>(missing);
    const double total = cells.observed() + extra;
    const double prior = options.log_prior.empty() ? -std::log(total) : options.log_prior[missing];
    out.push_back(std::lgamma(total + 1) - std::lgamma(extra + 1) + prior);
  }
  return out;
}

std::string name_of(const std::vector<Family>& families, size_t lists) {
  std::vector<ListSet> cliques;
  for (const Family& family : families) cliques.push_back(family.whole);
  return model_name(terms_of(cliques, lists));
}

void summarise(const std::vector<double>& weights, double observed, Average& out) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  double below = 0;
  double inverse = 0;
  double inverse_square = 0;
  size_t mode = 0;
  bool passed_low = false;
  bool passed_median = false;
  bool passed_high = false;
  for (size_t i = 0; i < weights.size(); ++i) {
    const double total = observed + static_cast<double>(i);
    const double share = weights[i] / sum;
    below += share;
    out.mean += share * total;
    inverse += share / total;
    inverse_square += share / (total * total);
    if (weights[i] > weights[mode]) mode = i;
    if (i * 100 >= weights.size() * 99) out.at_bound += share;
    const auto pass = [&](bool& passed, double p, double& limit) {
      if (passed || below < p) return;
      passed = true;
      limit = total;
    };
    pass(passed_low, 0.025, out.interval.low);
    pass(passed_median, 0.5, out.median);
    pass(passed_high, 0.975, out.interval.high);
  }
  out.mode = observed + static_cast<double>(mode);
  out.least_relative_loss = inverse / inverse_square;
}

// The posterior of the number missing, summed over graphs, on a scale of its own.
struct Sum {
  double scale = -std::numeric_limits<double>::infinity();
  std::vector<double> weights;
  double all = 0;
  double best = 0;  // the largest graph's share of it
  std::string best_graph;

  void rescale(double to) {
    const double shrink = std::exp(scale - to);
    for (double& weight : weights) weight *= shrink;
    best *= shrink;
    all *= shrink;
    scale = to;
  }
  void add(const Sum& other) {
    if (other.all == 0) return;
    if (other.scale > scale) rescale(other.scale);
    const double shrink = std::exp(other.scale - scale);
    for (size_t i = 0; i < weights.size(); ++i) weights[i] += shrink * other.weights[i];
    all += shrink * other.all;
    if (shrink * other.best > best) {
      best = shrink * other.best;
      best_graph = other.best_graph;
    }
  }
};

void add_graph(const std::vector<Family>& families, const Marginals& marginals,
               const std::vector<double>& common, size_t lists, Sum& sum) {
  constexpr double kNothing = -60;
  std::vector<double> logs = common;
  for (const Family& family : families) {
    const std::vector<double>& whole = marginals.of(family.whole);
    const std::vector<double>& parents = marginals.of(family.parents);
    for (size_t i = 0; i < logs.size(); ++i) logs[i] += whole[i] - parents[i];
  }
  const double top = *std::max_element(logs.begin(), logs.end());
  if (top < sum.scale + kNothing) return;
  if (top > sum.scale) sum.rescale(top);
  double share = 0;
  for (size_t i = 0; i < logs.size(); ++i) {
    const double weight = logs[i] - sum.scale > kNothing ? std::exp(logs[i] - sum.scale) : 0;
    sum.weights[i] += weight;
    share += weight;
  }
  sum.all += share;
  if (share > sum.best) {
    sum.best = share;
    sum.best_graph = name_of(families, lists);
  }
}

}  // namespace

Average average_over_graphs(const Cells& cells, const AverageOptions& options, const LongWork& work) {
  const size_t lists = cells.list_count();
  HW_ASSERT(lists >= 3 && lists <= kMostListsForAverage);
  const double delta = options.delta > 0 ? options.delta : std::ldexp(1.0, -static_cast<int>(lists));
  const size_t most =
      options.most_missing > 0 ? options.most_missing : static_cast<size_t>(10 * cells.observed());
  HW_ASSERT(options.log_prior.empty() || options.log_prior.size() == most + 1);
  const Marginals marginals(cells, delta, most);
  const std::vector<double> common = common_part(cells, options, most);
  const uint32_t graphs = uint32_t{1} << (lists * (lists - 1) / 2);
  // A fixed number of parts, added up in order: what the sum is does not depend on who made which.
  constexpr uint32_t kParts = 8;
  constexpr uint32_t kRounds = 16;
  std::vector<Sum> parts(kParts);
  for (Sum& part : parts) part.weights.assign(most + 1, 0);
  for (uint32_t round = 0; round < kRounds; ++round) {
    if (work.should_stop()) return {};
    work.run(kParts, [&](size_t part) {
      for (auto edges = round * kParts + static_cast<uint32_t>(part); edges < graphs;
           edges += kRounds * kParts) {
        if (const auto families = perfect_order(graph_of(edges, lists)))
          add_graph(*families, marginals, common, lists, parts[part]);
      }
    });
    work.tell(static_cast<double>(round + 1) / kRounds);
  }
  if (work.should_stop()) return {};
  Sum all;
  all.weights.assign(most + 1, 0);
  for (const Sum& part : parts) all.add(part);
  Average out;
  out.best_graph = all.best_graph;
  out.best_graph_share = all.best / all.all;
  summarise(all.weights, cells.observed(), out);
  return out;
}

}  // namespace homeward::losses_stats
