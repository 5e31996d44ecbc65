/*
 * yaml/scalar: what a scalar means by the YAML 1.2 core schema, and which tags fit which node.
 */
#ifndef BRB_YAML_SCALAR_H
#define BRB_YAML_SCALAR_H

#include <stdbool.h>

#include "yaml/yaml.h"

#define BRB_YAML_WHY_BYTES 300

/*
 * Sets kind and value by node->text. `plain`: it is not quoted. `tag`: as libyaml resolved it, or NULL.
 * False with the reason in `why` when it is invalid; kind and value are then undefined.
 */
bool brb_yaml_scalar_resolve(brb_yaml_node *node, bool plain, const char *tag, char why[BRB_YAML_WHY_BYTES]);

/* Whether the tag (or NULL) may stand before a list or a mapping. */
bool brb_yaml_scalar_tag_fits(brb_yaml_kind kind, const char *tag, char why[BRB_YAML_WHY_BYTES]);

#endif
