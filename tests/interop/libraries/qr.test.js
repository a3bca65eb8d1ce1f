// The common QR code as others write and read it: FPS (hkqr-fps), PromptPay (promptparse), Pix (pix-utils) and EMVCo's
// two modes (emv-qrcps). What they write, `lionrock qr parse` understands; what `lionrock qr make` writes, they do.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import test from 'node:test';

const require = createRequire(import.meta.url);
const { HKQR, FPS } = require('hkqr-fps');
const promptparse = require('promptparse');
const { anyId, billPayment } = require('promptparse/generate');
const pix = require('pix-utils');
const { Merchant, Consumer } = require('emv-qrcps');

function lionrock(...args) {
    const said = spawnSync(process.env.LIONROCK_PROGRAM, ['qr', ...args], { encoding: 'utf8' });
    return { status: said.status, ...JSON.parse(said.stdout) };
}
const parse = (payload) => lionrock('parse', '--json', '--', payload);
const make = (...args) => lionrock('make', '--json', ...args).payload;

const payees = [
    { option: '--mobile', id: '+852-91234567', object: '03', set: (code) => code.setMerchantAccountMobile('+852-91234567') },
    { option: '--email', id: 'shop@example.hk', object: '04', set: (code) => code.setMerchantAccountEmail('shop@example.hk') },
    { option: '--fps-id', id: '1234567', object: '02', set: (code) => code.setMerchantAccountFPSId('1234567') },
    { option: '--fps-id', id: '166539127', object: '02', set: (code) => code.setMerchantAccountFPSId('166539127') },
];

for (const payee of payees) {
    for (const amount of [undefined, '38.50', '0.01', '9999999.99']) {
        test(`hkqr-fps and we read each other's codes: ${payee.id}, ${amount ?? 'any amount'}`, () => {
            const theirs = new HKQR();
            payee.set(theirs);
            theirs.setBillNumber('INV-7');
            theirs.setReferenceLabel('TABLE-4');
            if (amount) theirs.setTransactionAmount(amount);
            const written = theirs.generate();
            assert.equal(written.error, false);
            const read = parse(written.data);
            assert.equal(read.status, 0, JSON.stringify(read));
            assert.equal(read.hong_kong.id, payee.id);
            assert.equal(read.currency, 344);
            assert.equal(Number(read.amount ?? 0), Number(amount ?? 0));
            assert.equal(read.bill_number, 'INV-7');
            assert.equal(read.reference, 'TABLE-4');

            const asked = amount ? ['--amount', amount] : [];
            const ours = make(payee.option, payee.id, ...asked, '--bill-number', 'INV-7', '--reference', 'TABLE-4');
            const understood = new HKQR().extract(ours);
            assert.equal(understood.error, false, understood.message);
            assert.equal(understood.data['26'][payee.object], payee.id);
            assert.equal(understood.data['54'], amount);
            assert.equal(understood.data['62']['01'], 'INV-7');
            assert.equal(new FPS().extract(ours).error, false);
        });
    }
}

test('promptparse reads what we write, down to the checksum', () => {
    const ours = make('--mobile', '91234567', '--amount', '38.50', '--name', 'Morning Light', '--one-time');
    const read = promptparse.parse(ours, true);
    assert.ok(read, 'its checksum is right');
    assert.equal(read.getTagValue('26', '03'), '+852-91234567');
    assert.equal(read.getTagValue('54'), '38.50');
    assert.equal(read.getTagValue('59'), 'Morning Light');
    assert.equal(promptparse.parse(`${ours.slice(0, -1)}${ours.endsWith('0') ? '1' : '0'}`, true), null);
});

test('we know a PromptPay code by its name, and its amount', () => {
    const codes = [
        anyId({ type: 'MSISDN', target: '0812345678', amount: 5 }),
        anyId({ type: 'NATID', target: '1234567890123', amount: 1234.5 }),
        billPayment({ billerId: '112233445566778', amount: 300, ref1: 'INV12345' }),
    ];
    for (const [index, amount] of [5, 1234.5, 300].entries()) {
        const read = parse(codes[index]);
        assert.deepEqual(read.schemes, ['PromptPay (Thailand)'], JSON.stringify(read));
        assert.equal(Number(read.amount), amount);
        assert.equal(read.currency, 764);
        assert.equal(read.hong_kong, undefined, 'it is no payment in Hong Kong');
    }
});

test('we know a Pix code by its name, and its checksum must be right', () => {
    const written = pix.createStaticPix({
        merchantName: 'Padaria Estrela', merchantCity: 'SAO PAULO', pixKey: 'loja@example.com.br', transactionAmount: 12.3,
    });
    const code = written.throwIfError().toBRCode();
    const read = parse(code);
    assert.deepEqual(read.schemes, ['Pix (Brazil)']);
    assert.deepEqual([read.amount, read.currency, read.country], ['12.30', 986, 'BR']);
    const damaged = parse(code.replace('12.30', '12.31'));
    assert.equal(damaged.verdict, 'refused');
    assert.equal(damaged.object, '63');
});

test('emv-qrcps reads our codes and writes them again, the same to the byte', () => {
    for (const payee of payees) {
        const ours = make(payee.option, payee.id, '--amount', '12', '--name', 'Shop', '--bill-number', 'B-1', '--category', '5812');
        assert.equal(Merchant.Parser.toEMVQR(ours).generatePayload(), ours);
    }
});

test('a code merged with another scheme is still whole to emv-qrcps', () => {
    const ours = make('--mobile', '91234567', '--amount', '12');
    const other = promptparse.parse(ours).getTags().filter((tag) => !['26', '63'].includes(tag.id));
    const wallet = promptparse.tag('27', promptparse.encode([promptparse.tag('00', 'com.example.wallet'), promptparse.tag('01', 'SHOP7')]));
    other.splice(2, 0, wallet);
    const second = promptparse.withCrcTag(promptparse.encode(other), '63');
    const { payload } = lionrock('merge', '--json', ours, second);
    assert.equal(Merchant.Parser.toEMVQR(payload).generatePayload(), payload);
    assert.deepEqual(parse(payload).schemes, ['FPS (Hong Kong)', 'com.example.wallet']);
});

test('we read every object that emv-qrcps writes', () => {
    const account = Merchant.buildMerchantAccountInformation();
    account.setGloballyUniqueIdentifier('hk.com.hkicl');
    account.addPaymentNetworkSpecific('02', '1234567');
    const language = Merchant.buildMerchantInformationLanguageTemplate();
    language.setLanguagePreference('ZH');
    language.setMerchantName('晨光文具');
    const additional = Merchant.buildAdditionalDataFieldTemplate();
    additional.setBillNumber('INV-8');
    additional.setReferenceLabel('R-8');
    const code = Merchant.buildEMVQR();
    code.setPayloadFormatIndicator('01');
    code.setPointOfInitiationMethod('12');
    code.addMerchantAccountInformation('26', account);
    code.setMerchantCategoryCode('5943');
    code.setTransactionCurrency('344');
    code.setTransactionAmount('8.8');
    code.setCountryCode('HK');
    code.setMerchantName('Morning Light');
    code.setMerchantCity('HK');
    code.setMerchantInformationLanguageTemplate(language);
    code.setAdditionalDataFieldTemplate(additional);
    const read = parse(code.generatePayload());
    assert.equal(read.status, 0, JSON.stringify(read));
    assert.deepEqual(
        [read.hong_kong.id, read.one_time, read.amount, read.name, read.name_in_other_language, read.category, read.bill_number, read.reference],
        ['1234567', true, '8.8', 'Morning Light', '晨光文具', '5943', 'INV-8', 'R-8'],
    );
});

test('a consumer-presented code of emv-qrcps is recognised, and not taken for a shop\'s', () => {
    const code = Consumer.buildEMVQR();
    code.setDataPayloadFormatIndicator('CPV01');
    for (const [id, label] of [['A0000000555555', 'Product1'], ['A0000000666666', 'Product2']]) {
        const objects = Consumer.buildBERTLV();
        objects.setDataApplicationDefinitionFileName(id);
        objects.setDataApplicationLabel(label);
        const application = Consumer.buildApplicationTemplate();
        application.setBERTLV(objects);
        code.addApplicationTemplate(application);
    }
    const read = parse(code.generatePayload());
    assert.equal(read.verdict, 'payer', JSON.stringify(read));
    assert.deepEqual(read.applications, ['Product1', 'Product2']);
});
