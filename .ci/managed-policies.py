"""Tells the policies of AWS's own that SAM gives to each role of template.yaml, as JSON: {"XRole": ["AWSLambdaBasicExecutionRole"]}."""
import json

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

with open("template.yaml", encoding="utf-8") as file:
    template = yaml_parse(file.read())
# The translator takes only what `sam build` has uploaded.
template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
for name, resource in template["Resources"].items():
    if resource["Type"] == "AWS::Serverless::StateMachine":
        resource["Properties"]["DefinitionUri"] = f"s3://bucket/{name}"

resources = Translator({}, Parser()).translate(template, {})["Resources"]
roles = {}
for name, resource in resources.items():
    policies = resource.get("Properties", {}).get("ManagedPolicyArns") if resource["Type"] == "AWS::IAM::Role" else None
    own = sorted(arn.rsplit("/", 1)[1] for arn in policies or [] if isinstance(arn, str))
    if own:
        roles[name] = own
print(json.dumps(roles))
