// The files beside the lists that linkage reads and writes (docs/formats/losses.md): its weights as JSON, and
// what people decided about pairs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "losses_stats/link_clusters.h"
#include "losses_stats/people.h"
#include "losses_stats/problem.h"
#include "losses_stats/weights.h"

namespace homeward::losses_stats {

std::string link_model_json(const People& people, const LinkModel& model);
// The weights for these people. Fields that the file does not name have the weights before any data; if the
// lists are not as many as in the file, the mean of its priors stands for all.
Parsed<LinkModel> read_link_model(std::string_view json, const People& people);

// The columns `a` and `b` with ids of records and `same` with yes or no. Where an id stands in several files,
// `a` is of the first and `b` of another one.
Parsed<std::vector<LinkDecision>> read_decisions(std::string_view csv, const People& people);

}  // namespace homeward::losses_stats
