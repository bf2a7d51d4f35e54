"""Makes a Tryton database on SQLite that can take the orders of a web shop, for local runs and tests.

    make-database.py <folder>

Reads <folder>/description.json (scripts/local/tryton-description.ts says what is in it) and creates <folder>/erp.sqlite
and <folder>/access.json, which has the keys of the two users and the administrator's password. An existing database is
refused. A failed run leaves no access.json. It ends when standard input closes, as it does with the parent process.
"""
import datetime
import json
import os
import secrets
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from leash import end_with_parent

MODULES = ['web_shop', 'sale_payment', 'sale_amendment']
DATABASE = 'erp'
# Orders of earlier years are delivered too, and a database may be used after the turn of the year.
YEARS = range(-5, 2)
# What the delivery of orders needs, and no more: docs/erp/tryton.md says what each is for.
DELIVERY_GROUPS = ['Sales', 'Payment']
HERE = Path(__file__).parent


def main(folder):
    description = json.loads((folder / 'description.json').read_text(encoding='utf-8'))
    world = json.loads((HERE / 'world.json').read_text(encoding='utf-8'))
    configuration, password = create_database(folder)
    config = connect(configuration)
    activate_modules()
    config = connect(configuration)
    add_countries(config, world)
    currencies = add_currencies(world)
    company = add_company(config, description, currencies)
    accounts = add_chart(config, company)
    add_fiscal_years(company)
    add_payment_term(description)
    add_products(description, accounts)
    add_shops(description, company, currencies)
    add_payment_journals(config, description, company, currencies)
    access = {
        'database': DATABASE,
        'login': 'admin',
        'password': password,
        'deliveryKey': add_user('delivery', 'Order delivery', groups(DELIVERY_GROUPS)),
        'staffKey': add_user('staff', 'Staff', Model.get('res.group').find([])),
    }
    save_access(folder, access)


def create_database(folder):
    """An empty Tryton database with an administrator, and the path of the configuration that finds it."""
    database = folder / f'{DATABASE}.sqlite'
    if database.exists():
        sys.exit(f'{database} exists already.')
    configuration = folder / 'make.conf'
    configuration.write_text(f'[database]\nuri = sqlite://\npath = {folder}\n', encoding='utf-8')
    password = secrets.token_urlsafe(16)
    password_file = folder / 'password'
    password_file.write_text(password, encoding='utf-8')
    # The program expects the file, even if it is empty.
    database.touch(mode=0o600)
    subprocess.run(
        [sys.executable, '-m', 'trytond.cli.admin', '-c', str(configuration), '-d', DATABASE, '--all',
         '--email', 'admin@example.com'],
        env={**os.environ, 'TRYTONPASSFILE': str(password_file)}, check=True, stdin=subprocess.DEVNULL)
    password_file.unlink()
    return configuration, password


def connect(configuration):
    return proteus_config.set_trytond(DATABASE, config_file=str(configuration))


def first(model, domain=()):
    return next(iter(Model.get(model).find(list(domain), limit=1)), None)


def saved(record):
    record.save()
    return record


def create(config, model, values):
    """Many records by one call; returns their ids."""
    return config.get_proxy(model).create(values, config.context)


def activate_modules():
    Module = Model.get('ir.module')
    Module.click(Module.find([('name', 'in', MODULES)]), 'activate')
    Wizard('ir.module.activate_upgrade').execute('upgrade')
    # The questions that the desktop client asks after an activation are answered below.
    for item in Model.get('ir.module.config_wizard.item').find([('state', '!=', 'done')]):
        item.state = 'done'
        item.save()


def add_countries(config, world):
    codes = list(world['countries'])
    ids = create(config, 'country.country', [{'code': code, 'name': world['countries'][code]} for code in codes])
    by_code = dict(zip(codes, ids))
    create(config, 'country.subdivision', [
        {'code': code, 'name': name, 'type': 'state', 'country': by_code[code.split('-')[0]]}
        for code, name in world['subdivisions'].items()])


def add_currencies(world):
    made = {}
    for code, digits in world['currencies'].items():
        currency = Model.get('currency.currency')(
            name=code, code=code, symbol=code, numeric_code='', digits=digits, rounding=Decimal(1).scaleb(-digits))
        # A sale in another currency than the company's needs a rate; its amount does not matter here.
        currency.rates.new(date=first_day(YEARS[0]), rate=Decimal(1))
        made[code] = saved(currency)
    return made


def add_company(config, description, currencies):
    party = saved(Model.get('party.party')(name=description['company']))
    wizard = Wizard('company.company.config')
    wizard.execute('company')
    wizard.form.party = party
    wizard.form.currency = currencies[description['currency']]
    wizard.execute('add')
    config._context = Model.get('res.user').get_preferences(True, {})
    return first('company.company')


def add_chart(config, company):
    template = Model.get('ir.model.data').get_id('account', 'account_template_root_en', config.context)
    wizard = Wizard('account.create_chart')
    wizard.execute('account')
    wizard.form.account_template = Model.get('account.account.template')(template)
    wizard.form.company = company
    wizard.execute('create_account')
    accounts = {
        kind: first('account.account', [
            (f'type.{kind}', '=', True), ('closed', '!=', True), ('company', '=', company.id)])
        for kind in ('receivable', 'payable', 'revenue', 'expense')}
    wizard.form.account_receivable = accounts['receivable']
    wizard.form.account_payable = accounts['payable']
    for kind in ('revenue', 'expense'):
        if hasattr(wizard.form, f'category_account_{kind}'):
            setattr(wizard.form, f'category_account_{kind}', accounts[kind])
    wizard.execute('create_properties')
    return accounts


def add_fiscal_years(company):
    for offset in YEARS:
        day = first_day(offset)
        year = Model.get('account.fiscalyear')(
            name=str(day.year), company=company, start_date=day, end_date=day.replace(month=12, day=31),
            move_sequence=strict_sequence(company, 'Account Move', day.year))
        invoices = strict_sequence(company, 'Invoice', day.year)
        line, = year.invoice_sequences
        for kind in ('out_invoice', 'in_invoice', 'out_credit_note', 'in_credit_note'):
            setattr(line, f'{kind}_sequence', invoices)
        saved(year).click('create_period')


def first_day(offset):
    return datetime.date(datetime.date.today().year + offset, 1, 1)


def strict_sequence(company, kind, year):
    sequence_type = first('ir.sequence.type', [('name', '=', kind)])
    return saved(Model.get('ir.sequence.strict')(
        name=f'{kind} {year}', sequence_type=sequence_type, company=company))


def add_payment_term(description):
    term = Model.get('account.invoice.payment_term')(name=description['paymentTerm'])
    term.lines.new(type='remainder')
    term.save()


def add_products(description, accounts):
    category = saved(Model.get('product.category')(
        name='Sold', accounting=True, account_revenue=accounts['revenue'], account_expense=accounts['expense']))
    unit = first('product.uom', [('name', '=', 'Unit')])
    for product in description['products']:
        Model.get('product.template')(
            name=product['name'], code=product['code'], default_uom=unit, type=product['type'], salable=True,
            list_price=Decimal(product['price']), account_category=category).save()


def add_shops(description, company, currencies):
    """A shop's name and an order's id in it are unique in Tryton: no second sale can be made for the order."""
    warehouse = first('stock.location', [('type', '=', 'warehouse')])
    for name in description['shops']:
        guest = saved(Model.get('party.party')(name=f'Guest of {name}'))
        shop = Model.get('web.shop')(
            name=name, company=company, currency=currencies[description['currency']], guest_party=guest)
        shop.warehouses.append(warehouse)
        shop.save()


def add_payment_journals(config, description, company, currencies):
    """A journal has one currency, so that each name stands for one journal in each."""
    create(config, 'account.payment.journal', [
        {'name': name, 'company': company.id, 'currency': currency.id, 'process_method': 'manual'}
        for name in description['paymentJournals'] for currency in currencies.values()])


def groups(names):
    found = Model.get('res.group').find([('name', 'in', names)])
    missing = set(names) - {group.name for group in found}
    if missing:
        sys.exit(f'Tryton lacks the groups {", ".join(sorted(missing))}.')
    return found


def add_user(login, name, granted):
    """A user without a password, and a valid key for the REST API."""
    company = first('company.company')
    user = Model.get('res.user')(name=name, login=login)
    user.companies.append(company)
    user.company = company
    for group in granted:
        user.groups.append(group)
    user.save()
    key = saved(Model.get('res.user.application')(application='rest', user=user))
    if key.state != 'validated':
        key.click('validate_')
    return key.key


def save_access(folder, access):
    """Written last, and in one step: where it exists, the database is complete."""
    draft = folder / 'access.json.draft'
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(access), encoding='utf-8')
    (folder / 'make.conf').unlink()
    draft.rename(folder / 'access.json')


if __name__ == '__main__':
    # Outside the checks above, so that a wrong call is answered in words.
    if len(sys.argv) != 2:
        sys.exit('usage: make-database.py <folder>')
    end_with_parent()
    from proteus import Model, Wizard, config as proteus_config
    main(Path(sys.argv[1]).resolve())
