#!/usr/bin/env python3
"""A Llama of two layers with random weights, the same every time, for the servers to serve.

It speaks nonsense, in tokens of one byte each; what is tested is how a server streams it.
usage: tiny_llama.py DIRECTORY
"""
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

CONTEXT_TOKENS = 2048
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)

directory = sys.argv[1]
special = ["<unk>", "<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>"]
alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
vocabulary = {token: number for number, token in enumerate(special + alphabet)}
tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
fast = PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>",
    pad_token="</s>", additional_special_tokens=special[3:], model_max_length=CONTEXT_TOKENS,
)
fast.chat_template = TEMPLATE
fast.save_pretrained(directory)

torch.manual_seed(7)
config = LlamaConfig(
    vocab_size=len(vocabulary), hidden_size=128, intermediate_size=256, num_hidden_layers=2,
    num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=CONTEXT_TOKENS,
    bos_token_id=1, eos_token_id=2, pad_token_id=2,
)
LlamaForCausalLM(config).save_pretrained(directory)
